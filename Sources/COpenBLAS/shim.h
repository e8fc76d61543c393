#include <cblas.h>
#include <stddef.h>

// LAPACK's Fortran symbols, which libopenblas holds and cblas.h does not declare. Every argument is
// an address; hidden lengths of the one-character strings follow, as gfortran passes them.

// All eigenvalues (ascending, in w) and eigenvectors (in a) of a symmetric matrix.
void dsyevd_(const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda,
             double *w, double *work, const blasint *lwork, blasint *iwork, const blasint *liwork,
             blasint *info, size_t jobz_length, size_t uplo_length);

// The Cholesky factor of a symmetric positive definite matrix, in place.
void dpotrf_(const char *uplo, const blasint *n, double *a, const blasint *lda, blasint *info,
             size_t uplo_length);

// Solves with a Cholesky factor, in place of the right-hand sides b.
void dpotrs_(const char *uplo, const blasint *n, const blasint *nrhs, const double *a,
             const blasint *lda, double *b, const blasint *ldb, blasint *info, size_t uplo_length);
