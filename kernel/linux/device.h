/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_DEVICE_H
#define SLMBX_DEVICE_H

int slmbx_device_register(void);
void slmbx_device_unregister(void);

#endif /* SLMBX_DEVICE_H */
