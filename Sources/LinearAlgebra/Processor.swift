internal import COpenBLAS

/// What OpenBLAS chose its kernels for.
public enum Processor {
  /// The core type, as "Haswell": equal input gives equal bits only on equal core types.
  public static var coreName: String { String(cString: openblas_get_corename()) }
}
