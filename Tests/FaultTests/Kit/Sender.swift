import Foundation
import Glibc
import Synchronization
import TestKit

/// A sync job: pushes its batches one after the other and sends each again, under the same key,
/// until it is told what became of it. Its calls block.
final class Sender: Sendable {
  struct GaveUp: Error {
    let key: String
    let lastStatus: Int?
  }

  private let address: @Sendable () -> Int
  private let secret: String
  private let journal: Journal
  private let attempts: Int
  private let waiting = Atomic(false)
  private let broken = Atomic(0)

  /// - Parameters:
  ///   - address: the port to push to, asked for anew at each attempt.
  ///   - attempts: at a batch, a few milliseconds apart, before giving up.
  init(
    to address: @escaping @Sendable () -> Int, secret: String, journal: Journal,
    attempts: Int = 8_000
  ) {
    (self.address, self.secret, self.journal) = (address, secret, journal)
    self.attempts = attempts
  }

  /// Whether a request is under way and not answered.
  var isWaiting: Bool { waiting.load(ordering: .acquiring) }
  /// Requests that were sent, at least in part, and never answered.
  var brokenOff: Int { broken.load(ordering: .acquiring) }

  /// Sends a batch until it is acknowledged, and answers its receipt.
  @discardableResult
  func send(_ batch: SentBatch) throws -> Journal.Receipt {
    try journal.write(.intent(batch))
    var last: Int?
    for _ in 0..<attempts {
      switch try attempt(batch) {
      case .success(let receipt): return receipt
      case .failure(let refusal):
        last = refusal.status
        // Only what says "again" is sent again.
        if let status = last, ![409, 429, 503, 507].contains(status) {
          throw GaveUp(key: batch.key, lastStatus: status)
        }
      }
      poll(nil, 0, 5)
    }
    throw GaveUp(key: batch.key, lastStatus: last)
  }

  struct Refusal: Error {
    /// Nil when there was no answer at all.
    let status: Int?
    let code: String?
    let detail: String?
  }

  /// One attempt, with its answer in the journal.
  func attempt(_ batch: SentBatch) throws -> Result<Journal.Receipt, Refusal> {
    let peer: Peer
    do { peer = try Peer(port: address()) } catch is Peer.Unreachable {
      return .failure(Refusal(status: nil, code: nil, detail: nil))
    }
    waiting.store(true, ordering: .releasing)
    defer { waiting.store(false, ordering: .releasing) }
    peer.send(request(batch))
    guard let answer = peer.readAnswer() else {
      broken.add(1, ordering: .acquiringAndReleasing)
      try journal.write(.silence(key: batch.key))
      return .failure(Refusal(status: nil, code: nil, detail: nil))
    }
    guard answer.status == 200 else {
      let problem = try? JSONDecoder().decode(ProblemDocument.self, from: Data(answer.body.utf8))
      try journal.write(
        .answer(key: batch.key, status: answer.status, code: problem?.code, nil))
      return .failure(
        Refusal(status: answer.status, code: problem?.code, detail: problem?.detail))
    }
    let receipt = try JSONDecoder().decode(Journal.Receipt.self, from: Data(answer.body.utf8))
    try journal.write(.answer(key: batch.key, status: 200, code: nil, receipt))
    return .success(receipt)
  }

  /// The request that pushes a batch, byte for byte.
  func request(_ batch: SentBatch) -> String {
    let body = batch.body
    return """
      POST /v1/sync/demand HTTP/1.1\r
      Host: localhost\r
      Authorization: Bearer \(secret)\r
      Idempotency-Key: \(batch.key)\r
      Content-Type: text/csv\r
      Content-Length: \(body.utf8.count)\r
      Connection: close\r
      \r

      """ + body
  }
}

/// What a refusal says.
struct ProblemDocument: Decodable {
  let status: Int
  let code: String
  let detail: String
}
