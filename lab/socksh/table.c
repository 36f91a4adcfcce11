/* SPDX-License-Identifier: MIT */
/* All calls, and their names. */
#include "table.h"
#include "calls.h"
#include "help.h"

const struct call calls[] = {{"socket", call_socket},
                             {"bind", call_bind},
                             {"listen", call_listen},
                             {"accept", call_accept},
                             {"connect", call_connect},
                             {"send", call_send},
                             {"recv", call_recv},
                             {"sendto", call_sendto},
                             {"recvfrom", call_recvfrom},
                             {"shutdown", call_shutdown},
                             {"close", call_close},
                             {"getsockname", call_getsockname},
                             {"getpeername", call_getpeername},
                             {"setsockopt", call_setsockopt},
                             {"getsockopt", call_getsockopt},
                             {"linger", call_linger},
                             {"fcntl", call_fcntl},
                             {"poll", call_poll},
                             {"getaddrinfo", call_getaddrinfo},
                             {"getservbyname", call_getservbyname},
                             {"gethostname", call_gethostname},
                             {"signal", call_signal},
                             {"unlink", call_unlink},
                             {"sleep", call_sleep},
                             {"status", call_status},
                             {"help", call_help},
                             {NULL, NULL}};
