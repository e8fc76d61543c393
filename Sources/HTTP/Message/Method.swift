/// A request's method, as it was written: methods are case-sensitive (RFC 9110, section 9.1).
public struct Method: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let name: String

  public init(_ name: String) { self.name = name }

  public static let get = Method("GET")
  public static let head = Method("HEAD")
  public static let post = Method("POST")
  public static let put = Method("PUT")
  public static let patch = Method("PATCH")
  public static let delete = Method("DELETE")
  public static let options = Method("OPTIONS")

  public var description: String { name }

  public static func < (left: Method, right: Method) -> Bool { left.name < right.name }
}
