internal import Foundation
internal import Inventory
internal import Storage

/// A row of quarantine as JSON.
struct QuarantineAnswer: Encodable, Sendable {
  let id: Int64
  let batch: Int
  let source: String
  let kind: String
  let receivedAt: String
  let line: Int
  let code: String
  let field: String?
  let message: String
  let item: String?
  let location: String?
  let day: String?
  let attempts: Int
  let raw: String?
  let rawBase64: String
  let header: String?
  let obstacle: String?
  let heldBecause: String?
  let settlement: String?
  let settledAt: String?
  let settledBy: Int?
  let reason: String?
  let correction: String?

  private enum CodingKeys: String, CodingKey {
    case id, batch, source, kind, line, code, field, message, item, location, day, attempts, raw
    case header, settlement, reason, correction
    case receivedAt = "received_at"
    case rawBase64 = "raw_base64"
    case obstacle = "not_replayable_because"
    case heldBecause = "held_because"
    case settledAt = "settled_at"
    case settledBy = "settled_by_batch"
  }

  init(_ record: QuarantineRecord) {
    let row = record.row
    (id, batch, source, kind) = (record.id, record.batch, record.source.text, record.kind)
    receivedAt = record.receivedAt.description
    (line, code, field, message) = (row.line, row.code, row.field, row.message)
    (item, location, day) = (row.item?.text, row.location?.text, row.day?.description)
    attempts = record.attempts
    raw = String(validating: row.raw, as: UTF8.self)
    rawBase64 = Data(row.raw).base64EncodedString()
    header = record.columns
    obstacle = record.obstacle()?.sentence
    heldBecause = record.heldBecause
    settlement = record.end?.settlement.rawValue
    settledAt = record.end?.at.description
    settledBy = record.end?.batch
    reason = record.end?.because
    correction = record.end?.correction.map { String(decoding: $0, as: UTF8.self) }
  }

  static let schema = Schema.object([
    .required("id", .integer()), .required("batch", .integer()), .required("source", .code),
    .required("kind", .text()), .required("received_at", .instant),
    .required("line", .integer()), .required("code", .text()), .optional("field", .text()),
    .required("message", .text()), .optional("item", .code), .optional("location", .code),
    .optional("day", .day), .required("attempts", .integer()),
    .optional("raw", .text().described("Absent where the bytes are no UTF-8.")),
    .required("raw_base64", .text()), .optional("header", .text()),
    .optional("not_replayable_because", .text()), .optional("held_because", .text()),
    .optional("settlement", .choice(Settlement.allCases.map(\.rawValue))),
    .optional("settled_at", .instant), .optional("settled_by_batch", .integer()),
    .optional("reason", .text()), .optional("correction", .text()),
  ])
}

/// What became of a replay, as JSON.
struct ReplayAnswer: Encodable {
  struct Row: Encodable {
    let id: Int64
    let code: String
    let message: String
  }

  let settled: Int
  let applied: Int
  let duplicate: Int
  let stale: Int
  let failed: Int
  let unconfirmed: Int
  let complete: Bool
  let batches: [Int]
  let watermarkMoved: Bool
  let rows: [Row]

  private enum CodingKeys: String, CodingKey {
    case settled, applied, duplicate, stale, failed, unconfirmed, complete, batches
    case watermarkMoved = "watermark_moved"
    case rows = "failed_rows"
  }

  init(_ summary: ReplaySummary) {
    (settled, failed, unconfirmed) = (summary.settled, summary.failed, summary.unconfirmed)
    let counts = summary.counts
    (applied, duplicate, stale) = (counts.applied, counts.duplicate, counts.stale)
    (complete, batches) = (summary.isComplete, summary.batches)
    watermarkMoved = summary.watermarkMoved
    rows = summary.firstFailed.map { Row(id: $0.id, code: $0.code, message: $0.message) }
  }

  static let schema = Schema.object([
    .required("settled", .integer()), .required("applied", .integer()),
    .required("duplicate", .integer()), .required("stale", .integer()),
    .required("failed", .integer()), .required("unconfirmed", .integer()),
    .required("complete", .boolean), .required("batches", .array(of: .integer())),
    .required("watermark_moved", .boolean),
    .required(
      "failed_rows",
      .array(
        of: .object([
          .required("id", .integer()), .required("code", .text()), .required("message", .text()),
        ])
      ).described("The first \(ReplaySummary.shownRows) of them.")),
  ])
}

/// What became of a discard, as JSON.
struct DiscardAnswer: Encodable {
  let discarded: Int

  static let schema = Schema.object([.required("discarded", .integer())])
}
