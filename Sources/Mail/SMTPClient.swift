internal import CCurl
internal import Dispatch
internal import Synchronization

/// Why a message was not accepted.
public enum MailError: Error, Hashable, Sendable {
  /// The server will not take this message now (a reply of 4yz): later it may.
  case refusedForNow(code: Int, reply: String)
  /// The server will never take this message (5yz).
  case refused(code: Int, reply: String)
  /// The message did not get as far as being refused; nothing is wrong with it.
  case transport(TransportFailure, detail: String)
}

/// What was wrong with the way to the server, or with the server itself.
public enum TransportFailure: String, Hashable, Sendable {
  case hostUnknown, unreachable, timedOut, connectionLost, tlsUnavailable, certificateRefused
  case loginRefused, serverUnavailable, cancelled
  /// The file of trusted certificates cannot be read.
  case certificatesUnreadable
  case other
}

/// Hands messages over to an SMTP server, each on a connection of its own.
public struct SMTPClient: Sendable {
  public struct Limits: Hashable, Sendable {
    public var connectSeconds: Int
    /// For the whole conversation up to the end of the content, and again for the answer to it,
    /// where libcurl minds no other limit.
    public var totalSeconds: Int

    public init(connectSeconds: Int = 10, totalSeconds: Int = 60) {
      self.connectSeconds = connectSeconds
      self.totalSeconds = totalSeconds
    }
  }

  public let server: SMTPServer
  public let limits: Limits
  private let queue = DispatchQueue(label: "quartermaster.mail", attributes: .concurrent)

  public init(_ server: SMTPServer, limits: Limits = Limits()) {
    self.server = server
    self.limits = limits
  }

  /// Returns once the server has taken responsibility for the message. The conversation blocks a
  /// thread of its own. Cancelling the task breaks it off within about a second; the server may
  /// have taken the message by then.
  public func deliver(_ message: Message) async throws(MailError) {
    let transfer = Transfer(message.bytes)
    let result: Result<Void, MailError> = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async {
          continuation.resume(
            returning: Result { () throws(MailError) in
              try Conversation(transfer).deliver(message, to: server, limits)
            })
        }
      }
    } onCancel: {
      transfer.cancel()
    }
    try result.get()
  }
}

/// What libcurl's callbacks reach: the bytes it takes and what the server last said.
///
/// Unchecked because everything but the flag is touched by the conversation's thread only.
private final class Transfer: @unchecked Sendable {
  private let bytes: [UInt8]
  private var position = 0
  private(set) var replyCode = 0
  private var replyLines: [String] = []
  private var isReplyComplete = true
  private let cancelled = Atomic(false)

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var count: Int { bytes.count }
  var isCancelled: Bool { cancelled.load(ordering: .relaxed) }
  /// The server answers to the content once all of it was read.
  var isAllRead: Bool { position == bytes.count }

  func cancel() { cancelled.store(true, ordering: .relaxed) }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, bytes.count - position)
    buffer.copyBytes(from: bytes[position..<position + count])
    position += count
    return count
  }

  /// Takes a line of a reply: "250-first", "250-second", "250 last". The answer to QUIT, which
  /// libcurl sends after a refusal, is not the last word on the message.
  func heard(_ line: String) {
    let code = Int(line.prefix(3)) ?? 0
    guard code != 221 else { return }
    if isReplyComplete { replyLines.removeAll() }
    isReplyComplete = line.dropFirst(3).first != "-"
    replyCode = code
    if replyLines.count < 20 { replyLines.append(String(line.dropFirst(4))) }
  }

  /// The last reply without its codes, in at most 500 printable characters.
  var reply: String {
    let scalars = replyLines.joined(separator: " ").unicodeScalars
      .map { isPrintable(String($0)) ? Character($0) : " " }
    var text = String(scalars).prefix(500)
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

/// One conversation by a libcurl handle, which lives as long as it.
private struct Conversation: ~Copyable {
  private static let isStarted = qm_curl_start() == CURLE_OK

  private let curl: UnsafeMutableRawPointer
  private let transfer: Transfer

  init(_ transfer: Transfer) throws(MailError) {
    guard Conversation.isStarted, let curl = curl_easy_init() else {
      throw .transport(.other, detail: "libcurl cannot start")
    }
    self.curl = curl
    self.transfer = transfer
  }

  deinit { curl_easy_cleanup(curl) }

  private func set(_ option: CURLoption, _ value: String) -> Bool {
    qm_curl_set_text(curl, option, value) == CURLE_OK
  }

  private func set(_ option: CURLoption, _ value: Int) -> Bool {
    qm_curl_set_number(curl, option, value) == CURLE_OK
  }

  private func configure(_ server: SMTPServer) -> Bool {
    let tls = server.requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_NONE
    return set(CURLOPT_URL, server.description) && set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
      // Neither a proxy of the environment nor a .netrc has a say in where mail goes.
      && set(CURLOPT_PROXY, "") && set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
      && set(CURLOPT_USE_SSL, Int(tls.rawValue)) && set(CURLOPT_SSL_VERIFYPEER, 1)
      && set(CURLOPT_SSL_VERIFYHOST, 2)
      && (server.trustedCertificates.map { set(CURLOPT_CAINFO, $0) } ?? true)
      && (server.user.map { set(CURLOPT_USERNAME, $0) } ?? true)
      && (server.password.map { set(CURLOPT_PASSWORD, $0) } ?? true)
  }

  private func configure(_ limits: SMTPClient.Limits) -> Bool {
    // Without signals, which are the process's and not this thread's.
    set(CURLOPT_NOSIGNAL, 1)
      // Without waiting for a name server that does not answer, long after the time is over.
      && set(CURLOPT_QUICK_EXIT, 1) && set(CURLOPT_CONNECTTIMEOUT, limits.connectSeconds)
      && set(CURLOPT_TIMEOUT, limits.totalSeconds)
      && set(CURLOPT_SERVER_RESPONSE_TIMEOUT, limits.totalSeconds)
  }

  private func configureTransfer() -> Bool {
    let address = Unmanaged.passUnretained(transfer).toOpaque()
    let options = [
      qm_curl_set_pointer(curl, CURLOPT_READDATA, address),
      qm_curl_set_transfer(curl, CURLOPT_READFUNCTION, readContent),
      qm_curl_set_pointer(curl, CURLOPT_HEADERDATA, address),
      qm_curl_set_transfer(curl, CURLOPT_HEADERFUNCTION, hearReply),
      qm_curl_set_pointer(curl, CURLOPT_XFERINFODATA, address),
      qm_curl_set_progress(curl, stopIfCancelled),
      qm_curl_set_number(curl, CURLOPT_NOPROGRESS, 0),
      qm_curl_set_number(curl, CURLOPT_UPLOAD, 1),
      qm_curl_set_size(curl, CURLOPT_INFILESIZE_LARGE, curl_off_t(transfer.count)),
    ]
    return options.allSatisfy { $0 == CURLE_OK }
  }

  func deliver(
    _ message: Message, to server: SMTPServer, _ limits: SMTPClient.Limits
  ) throws(MailError) {
    guard configure(server), configure(limits), configureTransfer() else {
      throw .transport(.other, detail: "libcurl refuses an option")
    }
    let recipients = curl_slist_append(nil, "<\(message.to)>")
    defer { curl_slist_free_all(recipients) }
    let error = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    error.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    defer { error.deallocate() }
    guard recipients != nil, set(CURLOPT_MAIL_FROM, "<\(message.from.address)>"),
      qm_curl_set_list(curl, CURLOPT_MAIL_RCPT, recipients) == CURLE_OK,
      qm_curl_set_pointer(curl, CURLOPT_ERRORBUFFER, error) == CURLE_OK
    else { throw .transport(.other, detail: "out of memory") }
    let result = curl_easy_perform(curl)
    guard result != CURLE_OK else { return }
    throw failure(result, detail: String(cString: error))
  }

  /// libcurl ends with `CURLE_SEND_ERROR` when MAIL, RCPT or DATA was refused, and with
  /// `CURLE_WEIRD_SERVER_REPLY` when the content was, or the greeting before all that.
  private func failure(_ result: CURLcode, detail: String) -> MailError {
    let code = transfer.replyCode
    let concernsMessage =
      result == CURLE_SEND_ERROR || (result == CURLE_WEIRD_SERVER_REPLY && transfer.isAllRead)
    switch code {
    // 421 says that the server is going away, whatever it was asked.
    case 400..<500 where concernsMessage && code != 421:
      return .refusedForNow(code: code, reply: transfer.reply)
    case 500..<600 where concernsMessage: return .refused(code: code, reply: transfer.reply)
    default:
      let kind = code == 421 ? .serverUnavailable : TransportFailure(result)
      let said = code >= 400 ? "\(code) \(transfer.reply)" : detail
      return .transport(kind, detail: said.isEmpty ? "libcurl's \(result.rawValue)" : said)
    }
  }
}

extension TransportFailure {
  fileprivate init(_ result: CURLcode) {
    self =
      switch result {
      case CURLE_COULDNT_RESOLVE_HOST: .hostUnknown
      case CURLE_COULDNT_CONNECT: .unreachable
      case CURLE_OPERATION_TIMEDOUT: .timedOut
      case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING: .connectionLost
      case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR: .tlsUnavailable
      case CURLE_PEER_FAILED_VERIFICATION: .certificateRefused
      case CURLE_SSL_CACERT_BADFILE: .certificatesUnreadable
      case CURLE_LOGIN_DENIED: .loginRefused
      case CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED: .serverUnavailable
      case CURLE_ABORTED_BY_CALLBACK: .cancelled
      default: .other
      }
  }
}

private func transfer(at address: UnsafeMutableRawPointer) -> Transfer {
  Unmanaged<Transfer>.fromOpaque(address).takeUnretainedValue()
}

private func readContent(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ address: UnsafeMutableRawPointer?
) -> Int {
  guard let buffer, let address else { return 0 }
  return transfer(at: address).read(
    into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
}

private func hearReply(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
  _ address: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let address else { return 0 }
  let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
  transfer(at: address).heard(String(decoding: line, as: UTF8.self))
  return size * count
}

private func stopIfCancelled(
  _ address: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
  guard let address else { return 0 }
  return transfer(at: address).isCancelled ? 1 : 0
}
