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

// The reciprocal condition number, in the 1-norm, of a matrix whose Cholesky factor is given.
void dpocon_(const char *uplo, const blasint *n, const double *a, const blasint *lda,
             const double *anorm, double *rcond, double *work, blasint *iwork, blasint *info,
             size_t uplo_length);

// The QR factorisation with column pivoting, in place.
void dgeqp3_(const blasint *m, const blasint *n, double *a, const blasint *lda, blasint *jpvt,
             double *tau, double *work, const blasint *lwork, blasint *info);

// Multiplies c by the Q, or its transpose, of such a factorisation.
void dormqr_(const char *side, const char *trans, const blasint *m, const blasint *n,
             const blasint *k, const double *a, const blasint *lda, const double *tau, double *c,
             const blasint *ldc, double *work, const blasint *lwork, blasint *info,
             size_t side_length, size_t trans_length);

// The reciprocal condition number of a triangular matrix.
void dtrcon_(const char *norm, const char *uplo, const char *diag, const blasint *n,
             const double *a, const blasint *lda, double *rcond, double *work, blasint *iwork,
             blasint *info, size_t norm_length, size_t uplo_length, size_t diag_length);
