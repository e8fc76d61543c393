import Foundation
import Synchronization

/// A client's own record of what it meant to send and what it was told, on disk before anything
/// happens: what the history check believes when it looks at the database.
final class Journal: Sendable {
  /// A receipt as the API gives it.
  struct Receipt: Codable, Hashable, Sendable {
    let batch: Int
    let received: Int
    let applied: Int
    let duplicate: Int
    let stale: Int
    let quarantined: Int
  }

  enum Entry: Codable, Hashable, Sendable {
    /// Before the first byte of the first attempt.
    case intent(SentBatch)
    /// An answer; a receipt if it was a success.
    case answer(key: String, status: Int, code: String?, Receipt?)
    /// An attempt that ended without an answer.
    case silence(key: String)
  }

  private let file: FileHandle
  private let path: URL
  private let turn = Mutex(())

  init() throws {
    path = FileManager.default.temporaryDirectory
      .appending(path: "journal-\(UUID().uuidString).ndjson")
    try Data().write(to: path)
    file = try FileHandle(forWritingTo: path)
  }

  deinit { try? FileManager.default.removeItem(at: path) }

  func write(_ entry: Entry) throws {
    let line = try JSONEncoder().encode(entry) + Data("\n".utf8)
    try turn.withLock { _ in try file.write(contentsOf: line) }
  }

  /// Everything so far, from the disk.
  func entries() throws -> [Entry] {
    try String(contentsOf: path, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Entry.self, from: Data($0.utf8))
    }
  }
}

/// A journal, looked at as a whole.
struct Told {
  var intents: [String: SentBatch] = [:]
  var receipts: [String: Journal.Receipt] = [:]
  /// Receipts of one key that differ from its first one.
  var contradictions: [String] = []
  /// Answers that were no success, by status.
  var refusals: [Int: Int] = [:]
  var refusalCodes: Set<String> = []
  /// Attempts that had no answer.
  var silences = 0

  init(_ journal: Journal) throws {
    for entry in try journal.entries() {
      switch entry {
      case .intent(let batch): intents[batch.key] = batch
      case .silence: silences += 1
      case .answer(let key, _, _, let receipt?):
        if let first = receipts[key], first != receipt {
          contradictions.append("\(key) was answered \(first), then \(receipt)")
        }
        receipts[key] = receipts[key] ?? receipt
      case .answer(_, let status, let code, nil):
        refusals[status, default: 0] += 1
        if let code { refusalCodes.insert(code) }
      }
    }
  }
}
