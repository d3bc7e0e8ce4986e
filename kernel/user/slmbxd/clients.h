/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_CLIENTS_H
#define SLMBXD_CLIENTS_H

/* Who may be served at once, and how patiently. Called from one thread. */
struct clients_config {
	unsigned int max;
	int timeout_ms;
};

int clients_start(const struct clients_config *config);
/* Serves @fd, which it owns from then on, on a thread of its own; refuses it if it can't. */
void clients_add(int fd);
/* Ends every connection once the request in hand is answered. */
void clients_stop(void);

#endif /* SLMBXD_CLIENTS_H */
