# SPDX-License-Identifier: MIT
# The module, made outside a kernel tree and away from the sources.
#
#   make modules KDIR=/usr/src/linux-headers-...   build/module/slmbx.ko for that kernel, by default the running one
#   make check KDIR=...                            whether gcc and sparse have a word to say of any file
#   make stage OUT=DIR                             the sources alone, as a module outside a kernel tree wants them
#   make install DESTDIR=DIR                       the sources for DKMS, the udev rule, and that it is loaded at boot
#   make uninstall DESTDIR=DIR
#   make clean
#
# KBUILD_ARGS go to Kbuild: W=1, C=2, ARCH and CROSS_COMPILE, V=1.
LINUX_DIR := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
OUT       ?= $(abspath $(LINUX_DIR)/../../build/module)
include $(LINUX_DIR)/../build.mk

KDIR        ?= /lib/modules/$(shell uname -r)/build
KBUILD_ARGS ?=

PREFIX       ?= /usr
SRC_DIR      := $(DESTDIR)$(PREFIX)/src/slmbx-$(VERSION)
RULES_DIR    := $(DESTDIR)$(PREFIX)/lib/udev/rules.d
LOAD_DIR     := $(DESTDIR)$(PREFIX)/lib/modules-load.d

# Pairs: the name in the staged tree, and the file.
STAGED := \
	$(foreach f,$(wildcard $(LINUX_DIR)/*.[ch] $(LINUX_DIR)/Kconfig $(LINUX_DIR)/Makefile),$(notdir $(f)):$(f)) \
	$(foreach f,$(wildcard $(KERNEL_DIR)/core/mailbox/*.[ch]),mailbox/$(notdir $(f)):$(f)) \
	include/uapi/linux/slmbx.h:$(KERNEL_DIR)/include/uapi/linux/slmbx.h

# What Kbuild calls for the types in the module takes the whole kernel, which headers don't have.
ifeq ($(wildcard $(KDIR)/vmlinux),)
KBUILD_ARGS += CONFIG_DEBUG_INFO_BTF_MODULES=
endif
CHECKS := W=1 KCFLAGS=-Werror C=2 CF='-D__CHECK_ENDIAN__ -Wsparse-error'

.PHONY: modules check headers stage install uninstall clean
modules: headers stage
	$(MAKE) -C $(KDIR) M=$(OUT) $(KBUILD_ARGS) modules

# A module has no system calls, but they can be compiled like one.
check: headers stage
	$(MAKE) -C $(KDIR) M=$(OUT) clean
	$(MAKE) -C $(KDIR) M=$(OUT) $(KBUILD_ARGS) $(CHECKS) modules
	$(MAKE) -C $(KDIR) M=$(OUT) $(KBUILD_ARGS) $(CHECKS) syscalls.o

headers:
	@test -e $(KDIR)/Makefile || { \
		echo "There are no headers of a kernel in $(KDIR): install the package of them, or say KDIR=..." >&2; \
		exit 1; }

# A file that is as it was stays, for what was made of it to stay.
stage:
	@mkdir -p $(OUT)/mailbox $(OUT)/include/uapi/linux
	@for pair in $(STAGED); do \
		file=$(OUT)/$${pair%%:*}; \
		cmp -s "$${pair#*:}" "$$file" || install -m 644 "$${pair#*:}" "$$file" || exit; \
	done
	@for file in $(OUT)/*.[ch] $(OUT)/mailbox/*.[ch]; do \
		case " $(STAGED)" in \
		*" $${file#$(OUT)/}:"*) ;; \
		*) case $$file in *.mod.c) ;; *) rm -f "$$file" ;; esac ;; \
		esac; \
	done

install:
	$(MAKE) --no-print-directory -C $(LINUX_DIR) stage OUT=$(SRC_DIR)
	sed 's/@VERSION@/$(VERSION)/' $(LINUX_DIR)/dkms.conf.in >$(SRC_DIR)/dkms.conf
	chmod 644 $(SRC_DIR)/dkms.conf
	install -D -m 644 $(LINUX_DIR)/60-slmbx.rules $(RULES_DIR)/60-slmbx.rules
	install -D -m 644 $(LINUX_DIR)/slmbx.conf $(LOAD_DIR)/slmbx.conf

uninstall:
	rm -rf $(SRC_DIR)
	rm -f $(RULES_DIR)/60-slmbx.rules $(LOAD_DIR)/slmbx.conf

clean:
	rm -rf $(OUT)
