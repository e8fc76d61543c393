#include <zlib.h>

// zlib's initialisers are macros, which Swift cannot see.
static inline int quartermaster_inflate_start(z_stream *stream) {
  return inflateInit2(stream, 15 + 16);
}
