/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_MINMAX_H
#define SHIM_LINUX_MINMAX_H

#define min(x, y) ({			\
	typeof(x) min_x_ = (x);		\
	typeof(y) min_y_ = (y);		\
	(void)(&min_x_ == &min_y_);	\
	min_x_ < min_y_ ? min_x_ : min_y_; })

#define max(x, y) ({			\
	typeof(x) max_x_ = (x);		\
	typeof(y) max_y_ = (y);		\
	(void)(&max_x_ == &max_y_);	\
	max_x_ > max_y_ ? max_x_ : max_y_; })

#define min_t(type, x, y)	min((type)(x), (type)(y))
#define max_t(type, x, y)	max((type)(x), (type)(y))

#endif /* SHIM_LINUX_MINMAX_H */
