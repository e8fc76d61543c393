extension BinaryInteger {
  /// With commas between groups of three digits.
  public var grouped: String {
    let digits = String(magnitude)
    var text = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + text
  }
}
