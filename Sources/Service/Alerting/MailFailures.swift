public import Mail

// What can be wrong with addresses, servers and deliveries, in words.

extension MessageFault: Failure {
  public var code: String { "bad-mail" }
  public var exitCode: ExitCode { .data }

  public var sentence: String {
    switch self {
    case .address(let text):
      "'\(text.printable)' is no mail address; one is written as ann@example.com"
    case .sender(let text):
      "'\(text.printable)' is no sender; one is written as Quartermaster <mail@example.com>"
    case .headerID(let text): "'\(text.printable)' cannot identify a message"
    case .subject: "a message needs a subject of one line with at most 400 bytes"
    case .body: "a message holds a NUL"
    }
  }
}

extension SMTPServerFault: Failure {
  public var code: String { "bad-smtp-url" }
  public var exitCode: ExitCode { .configuration }

  public var sentence: String {
    let form = "; it is written as smtp://user:password@host:587"
    return switch self {
    case .scheme: "QUARTERMASTER_SMTP_URL begins with neither smtp:// nor smtps://" + form
    case .host: "QUARTERMASTER_SMTP_URL names no host" + form
    case .port: "the port in QUARTERMASTER_SMTP_URL is none from 1 to 65535" + form
    case .credentials:
      "QUARTERMASTER_SMTP_URL has no user and password that can be read; letters other than a-z and"
        + " 0-9 are written with %"
    case .surplus(let name):
      "QUARTERMASTER_SMTP_URL has a '\(name.printable)' that is not understood; it takes only"
        + " ?tls=required, ?tls=none and ?ca=FILE"
    case .passwordInTheClear:
      "QUARTERMASTER_SMTP_URL would send its password in the clear to another machine"
    }
  }
}

extension MailError: Failure {
  public var code: String {
    switch self {
    case .refusedForNow, .refused: "mail-refused"
    case .transport: "mail-transport"
    }
  }

  public var exitCode: ExitCode { .unavailable }

  public var sentence: String {
    switch self {
    case .refusedForNow(let code, let reply):
      "the mail server will not take it now: \(code) \(reply)"
    case .refused(let code, let reply): "the mail server refused it: \(code) \(reply)"
    case .transport(let failure, let detail): "\(failure.clause): \(detail)"
    }
  }
}

extension TransportFailure {
  fileprivate var clause: String {
    switch self {
    case .hostUnknown: "no such mail server"
    case .unreachable: "the mail server cannot be reached"
    case .timedOut: "the mail server did not answer in time"
    case .connectionLost: "the connection to the mail server was lost"
    case .tlsUnavailable: "the mail server offers no TLS"
    case .certificateRefused: "the mail server's certificate is not to be trusted"
    case .loginRefused: "the mail server refused the user or password"
    case .serverUnavailable: "the mail server takes no mail"
    case .cancelled: "the delivery was broken off"
    case .certificatesUnreadable: "the file of trusted certificates cannot be read"
    case .other: "the mail could not be handed over"
    }
  }
}

extension String {
  /// Without what could break a line or a terminal, and not longer than a line.
  fileprivate var printable: String {
    let shown = unicodeScalars.prefix(100).map { scalar in
      scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "?" : Character(scalar)
    }
    return String(shown)
  }
}
