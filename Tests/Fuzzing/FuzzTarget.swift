import Glibc

/// What libFuzzer calls with every input; `QUARTERMASTER_FUZZED` names the parser. A broken
/// property ends the process, as a crash does, so that the fuzzer keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  do {
    try fuzzed.check(Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    say("\(fuzzed.rawValue): \(error)\n")
    abort()
  }
  return 0
}

private let fuzzed: FuzzedParser = {
  let name = getenv("QUARTERMASTER_FUZZED").map { String(cString: $0) } ?? ""
  guard let parser = FuzzedParser(rawValue: name) else {
    say("'\(name)' is no parser; there are \(FuzzedParser.allCases.map(\.rawValue))\n")
    exit(64)
  }
  return parser
}()

private func say(_ text: String) {
  _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
