/* SPDX-License-Identifier: MIT */
/*
 * A store of messages in the form of a Maildir: DIR/tmp holds what is being written, DIR/new what
 * is whole and not read yet, DIR/cur is for mail readers. A message is one file. It is written in
 * tmp, brought to the disk, and then renamed into new: whoever looks into new sees whole messages,
 * whenever a program or the machine stops.
 */
#ifndef MAILDIR_H
#define MAILDIR_H

#include "smtp.h"

#include <stdio.h>

/* One message on its way: the context for maildir_store. Starts as {0}. */
struct maildir_message {
    FILE *file;
    char name[128];
};

/* Opens the Maildir `dir`, and makes it, on the disk too, if it is not there. Ends the program on
 * an error. */
void maildir_open(const char *dir);

/* The functions for smtp_start(). Each warns on stderr of the errors it reports. */
extern const struct smtp_store maildir_store;

#endif
