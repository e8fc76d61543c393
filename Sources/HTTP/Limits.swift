/// Bounds on what a peer can make the server hold or wait for.
public struct Limits: Hashable, Sendable {
  public var maximumBodyBytes = 10 << 20
  /// The request line and all header lines.
  public var headBytes = 16 << 10
  public var targetBytes = 8 << 10
  public var headerCount = 100
  /// From the first byte of a request to the end of its head.
  public var headerSeconds = 10.0
  /// Of a body in each window of `rateWindowSeconds`, and of an answer that is being fetched.
  public var bodyBytesPerSecond = 1 << 10
  public var rateWindowSeconds = 5.0
  public var handlerSeconds = 30.0
  /// How long a connection may stand open without a request.
  public var idleSeconds = 60.0
  /// How long a connection that was refused is read on, so that the peer sees the answer and not a
  /// reset (RFC 9112, section 9.6).
  public var lingerSeconds = 2.0
  public var maximumConnections = 4_096
  /// Requests handed to handlers and not yet answered.
  public var maximumInFlight = 128
  /// Of bodies that are being received or handled, over all connections.
  public var maximumBufferedBytes = 256 << 20

  public init() {}
}
