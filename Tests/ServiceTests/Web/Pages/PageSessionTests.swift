import Digests
import Testing

@testable import Service

@Suite("Page sessions")
struct PageSessionTests {
  private let seal = SessionSeal(secret: [UInt8](repeating: 7, count: 32))

  private func session(expiry: Int64 = 1000) throws -> PageSession {
    PageSession(
      key: try #require(SHA256Digest(bytes: Array(0..<32))), expirySeconds: expiry)
  }

  @Test("what was sealed is read again until it expires")
  func life() throws {
    let token = try seal.token(of: try session())
    #expect(try seal.session(token, nowSeconds: 999) == session())
    #expect(try seal.session(token, nowSeconds: 1000) == nil)
  }

  @Test("no character of a token can be changed, left out or added")
  func tampering() throws {
    let token = try seal.token(of: try session())
    let characters = Array(token)
    for place in characters.indices {
      for other in ["A", "1", ".", "_"] where String(characters[place]) != other {
        var changed = characters
        changed[place] = Character(other)
        #expect(try seal.session(String(changed), nowSeconds: 0) == nil)
      }
      var shorter = characters
      shorter.remove(at: place)
      #expect(try seal.session(String(shorter), nowSeconds: 0) == nil)
    }
    for wrong in ["", ".", "...", token + "A", token + ".", "v1.9999999999..", " " + token] {
      #expect(try seal.session(wrong, nowSeconds: 0) == nil)
    }
  }

  @Test("another secret's sessions are none")
  func otherSecret() throws {
    let other = SessionSeal(secret: [UInt8](repeating: 8, count: 32))
    #expect(try seal.session(try other.token(of: try session()), nowSeconds: 0) == nil)
  }

  @Test("the cookie is out of reach of scripts and other sites, and keeps to TLS")
  func setting() {
    let plain = SessionCookie.setting("abc", isSecure: false)
    #expect(
      plain == "quartermaster_session=abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict")
    #expect(SessionCookie.setting("abc", isSecure: true) == plain + "; Secure")
    #expect(SessionCookie.clearing(isSecure: false).contains("=; Path=/; Max-Age=0;"))
  }

  @Test(
    "the token is found among other cookies",
    arguments: [
      (["quartermaster_session=abc"], "abc"), (["a=b; quartermaster_session=abc;c=d"], "abc"),
      (["a=b", "quartermaster_session=abc"], "abc"), ([], nil), ([""], nil),
      (["quartermaster_session="], nil), (["xquartermaster_session=abc"], nil),
      (["quartermaster_session=a=b"], "a=b"),
      (["quartermaster_session=abc; quartermaster_session=abd"], nil),
    ] as [([String], String?)])
  func finding(headers: [String], token: String?) {
    #expect(SessionCookie.token(in: headers) == token)
  }

  @Test(
    "a form's field is decoded, and anything odd is none",
    arguments: [
      ("key=abc", "abc"), ("a=b&key=a%2Bb+c&x", "a+b c"), ("key=%C3%A9", "é"), ("key=", ""),
      ("k%65y=1", "1"), ("key", nil), ("key=a&key=b", nil), ("key=%zz", nil), ("key=%f", nil),
      ("key=%FF", nil), ("", nil), ("&&&", nil), ("KEY=a", nil),
    ] as [(String, String?)])
  func form(body: String, value: String?) {
    #expect(FormBody.value("key", in: Array(body.utf8)) == value)
  }
}
