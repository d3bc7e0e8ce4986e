/* SPDX-License-Identifier: MIT */
/* Frames written and read by hand, as no library would. A failure fails the test. */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/slmbx.h>
#include <linux/slmbxd.h>

#define REQUEST(...) ((struct slmbxd_request){ .magic = SLMBXD_MAGIC, __VA_ARGS__ })

/* All of the bytes. */
void wire_put(int fd, const void *bytes, size_t len);
/* The request and its body_len bytes of @body. */
void wire_request(int fd, struct slmbxd_request req, const void *body);

/* A whole reply, sound in itself, whose body is in @body with @room for it. */
struct slmbxd_reply wire_reply(int fd, void *body, size_t room);
/* The same, and it must be of @kind. Its result. */
long wire_expect(int fd, __u32 kind, void *body, size_t room);

/* A request and its final reply, which must be SLMBXD_DONE. */
long wire_call(int fd, struct slmbxd_request req, const void *body);

/* The calls that tests make all the time. */
long wire_init(int fd);
long wire_create(int fd, __u32 id);
long wire_count(int fd, __u32 id);
long wire_send(int fd, __u32 id, const void *msg, __u32 len);
long wire_recv(int fd, __u32 id, void *to, __u32 room);

/* Asks for a message, whenever it may come. */
void wire_wait(int fd, __u32 id);
/* The answer: a length, of @room at most, or -errno. */
long wire_waited(int fd, void *to, size_t room);

/* Nothing more comes but the end. Closes @fd. */
void wire_expect_end(int fd);
/* SLMBXD_REFUSED with @why, then the end. Closes @fd. */
void wire_expect_refused(int fd, int why);
/* Whether nothing comes for @ms. */
bool wire_is_silent(int fd, int ms);

#endif /* WIRE_H */
