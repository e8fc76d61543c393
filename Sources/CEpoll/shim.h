// Linux's own calls for sockets, which Swift's Glibc module leaves out.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// Declared by the system only under _GNU_SOURCE, which a module cannot ask for.
int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);
