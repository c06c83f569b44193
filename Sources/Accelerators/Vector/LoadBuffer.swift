/// Where a transfer engine's loads go: the buffers of a machine, by number.
enum LoadBuffer: Int, CaseIterable, Sendable, Codable { case ifmap, filter, bias, vectorParameters, vectorOperands }
