import Arguments
import Foundation

// A reader of our output that has gone away is for `Console` to see, not the end of the process.
signal(SIGPIPE, SIG_IGN)
// So is a file that has reached the size a shell allows.
signal(SIGXFSZ, SIG_IGN)
exit(await run(Array(CommandLine.arguments.dropFirst())).rawValue)
