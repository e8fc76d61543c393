// Forecasts series by exponential smoothing for scripts/bench, which scores them beside others.
//
//   smoothing-bench automatic|simple|damped < series > forecasts
//
// A line in: period, horizon, values. A line out: the form's letters, the forecasts. At the end the
// processor seconds that fitting and forecasting took go to standard error.
import Forecasting
import Glibc

typealias Form = ExponentialSmoothing.Form

func fit(_ method: String, _ values: [Double], period: Int) -> ExponentialSmoothing.Fit? {
  switch method {
  case "automatic": ExponentialSmoothing.automatic(values, period: period)
  case "simple": ExponentialSmoothing.fit(values, form: Form())
  case "damped":
    ExponentialSmoothing.best(values, among: [Form(trend: .additive, isDamped: true)])
  default: nil
  }
}

func letters(_ form: Form) -> String {
  func letter(_ join: ExponentialSmoothing.Join) -> String {
    switch join {
    case .absent: "N"
    case .additive: "A"
    case .multiplicative: "M"
    }
  }
  return (form.hasRelativeError ? "M" : "A") + letter(form.trend) + (form.isDamped ? "d" : "")
    + letter(form.season)
}

func write(_ text: String, to descriptor: Int32) {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { exit(EXIT_FAILURE) }
    bytes = bytes.dropFirst(count)
  }
}

let method = CommandLine.arguments.dropFirst().first ?? "automatic"
var series: [[Double]] = []
while let line = readLine() {
  series.append(line.split(separator: " ").compactMap { Double($0) })
}
var lines: [String] = []
let start = clock()
for fields in series {
  guard fields.count > 2, let fit = fit(method, Array(fields[2...]), period: Int(fields[0])) else {
    lines.append("none")
    continue
  }
  let points = ExponentialSmoothing.points(
    from: fit.pass.state, form: fit.form, rates: fit.rates, horizon: Int(fields[1]))
  lines.append(([letters(fit.form)] + points.map { "\($0)" }).joined(separator: " "))
}
let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
write(lines.map { $0 + "\n" }.joined(), to: STDOUT_FILENO)
write("\(seconds)\n", to: STDERR_FILENO)
