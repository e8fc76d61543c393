// swift-tools-version: 6.2
import PackageDescription

// The targets and what each may import are the structure of the product: see docs/architecture.md.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, exclude: exclude, resources: resources,
    swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + [.target(name: "TestKit")],
    swiftSettings: strict)
}

func system(_ name: String, _ pkgConfig: String, apt: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
  name: "quartermaster",
  products: [.executable(name: "quartermaster", targets: ["quartermaster"])],
  targets: [
    system("COpenBLAS", "openblas", apt: "libopenblas-dev"),
    system("CPostgres", "libpq", apt: "libpq-dev"),
    system("CZlib", "zlib", apt: "zlib1g-dev"),
    system("CCrypto", "libcrypto", apt: "libssl-dev"),
    .systemLibrary(name: "CEpoll"),
    system("CCurl", "libcurl", apt: "libcurl4-openssl-dev"),

    .target(name: "CKernels"),
    library("LinearAlgebra", ["COpenBLAS"]),
    library("Forecasting", ["LinearAlgebra", "CKernels"]),
    library("Inventory", []),
    library("Planning", ["Forecasting", "Inventory"]),

    library("Postgres", ["CPostgres"]),
    library("Compression", ["CZlib"]),
    library("Digests", ["CCrypto"]),
    library("HTTP", ["CEpoll"]),
    library("Mail", ["CCurl"]),

    library(
      "Storage", ["Planning", "Forecasting", "Inventory", "Postgres", "Digests"],
      resources: [.embedInCode("migrations")]),
    library(
      "Service",
      [
        "Storage", "Planning", "Forecasting", "LinearAlgebra", "Inventory", "Postgres", "HTTP",
        "Mail", "Compression", "Digests",
      ],
      exclude: ["Fixtures/fuzz"], resources: [.embedInCode("Fixtures/retailer.json")]),
    .executableTarget(name: "quartermaster", dependencies: ["Service"], swiftSettings: strict),

    .target(
      name: "TestKit", dependencies: ["Postgres"], path: "Tests/TestKit", swiftSettings: strict),
    .executableTarget(
      name: "smoothing-bench", dependencies: ["Forecasting"], path: "Tests/SmoothingBench",
      swiftSettings: strict),
    tests("LinearAlgebra", ["LinearAlgebra", "COpenBLAS"]),
    tests("Forecasting", ["Forecasting", "LinearAlgebra"]),
    tests("Inventory", ["Inventory"]),
    tests("Planning", ["Planning", "Forecasting", "Inventory"]),
    tests("Postgres", ["Postgres"]),
    tests("Compression", ["Compression"]),
    tests("Digests", ["Digests"]),
    tests("HTTP", ["HTTP"]),
    tests("Mail", ["Mail"]),
    tests("Storage", ["Storage", "Inventory", "Postgres"]),
    tests(
      "Service",
      ["Service", "Storage", "Planning", "Inventory", "Postgres", "HTTP", "Mail", "Digests"]),
    tests(
      "Quartermaster",
      ["quartermaster", "Service", "Storage", "Planning", "Inventory", "Postgres"]),
    tests(
      "Fault",
      ["quartermaster", "Service", "Planning", "Inventory", "Postgres", "HTTP", "Digests"]),
  ]
)
