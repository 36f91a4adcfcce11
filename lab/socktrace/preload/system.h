/* SPDX-License-Identifier: MIT */
/* What each system does in its own way: system-linux.c, system-posix.c. */
#ifndef SOCKTRACE_SYSTEM_H
#define SOCKTRACE_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void system_load(void);                             /* finds the calls that only this system has */
bool system_socket_id(int fd, uint64_t *id);        /* false: it cannot tell */
int system_thread(void);                            /* the number of this thread */
size_t system_arguments(char *buffer, size_t size); /* the command line, NUL after each argument */
int system_stderr_of(int pid);                      /* opens the stderr of another process, or -1 */
int system_full_length_flag(void);                  /* makes recv tell a datagram's whole length */
/* Arranges for tell to be called when the program ends; -1: with what status is not known. */
void system_at_exit(void (*tell)(int status));

#endif
