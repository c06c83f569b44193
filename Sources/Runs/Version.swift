/// The version that `--version` prints and every manifest says.
public let systoleVersion = "0.1.0"
