import Arguments
import Foundation

// A reader of our output that has gone away is an error of `Console`, not the end of the process.
signal(SIGPIPE, SIG_IGN)
exit(await run(Array(CommandLine.arguments.dropFirst())).rawValue)
