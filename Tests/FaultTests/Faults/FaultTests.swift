import Testing

/// Faults one after the other: each has a PostgreSQL and a served program of its own, and would be
/// the others' fault if they ran side by side.
@Suite("Faults", .serialized)
enum FaultTests {}
