/* SPDX-License-Identifier: MIT */
#ifndef WEB_MEDIA_H
#define WEB_MEDIA_H

/* The media type for a file called NAME, by what follows its last dot, in any case of letters:
 * what a Content-Type field says (RFC 9110, 8.3), application/octet-stream for the unknown. */
const char *media_type(const char *name);

#endif
