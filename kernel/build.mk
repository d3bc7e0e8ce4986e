# SPDX-License-Identifier: MIT
# How C is compiled outside a kernel, and where the results go. Each room's Makefile includes this.
#
#   SAN=asan   address and undefined-behaviour sanitizers, results in build/native-asan
#   SAN=tsan   thread sanitizer, results in build/native-tsan
#   WERROR=    tolerate warnings (another compiler's, for instance)

KERNEL_DIR := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
ROOT_DIR   := $(patsubst %/,%,$(dir $(KERNEL_DIR)))

VERSION := 0.1.0

SAN    ?=
OUT    ?= $(ROOT_DIR)/build/native$(if $(SAN),-$(SAN))
WERROR ?= -Werror

CFLAGS      ?= -O2 -g
BASE_CFLAGS := -std=gnu11 -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wshadow -Wvla \
	-Wno-unused-parameter -fno-strict-aliasing -fvisibility=hidden $(WERROR)

ifeq ($(SAN),asan)
SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
else ifeq ($(SAN),tsan)
SAN_FLAGS := -fsanitize=thread -fno-omit-frame-pointer
else ifneq ($(SAN),)
$(error SAN is asan, tsan or empty, not "$(SAN)")
endif

# Headers of the ABI, for everybody; of libslmbx, for what sits on it.
UAPI_INCLUDE := -I$(KERNEL_DIR)/include/uapi
LIB_INCLUDE  := -I$(KERNEL_DIR)/lib $(UAPI_INCLUDE)

# $(call compile,INCLUDES,EXTRA FLAGS): the recipe of one object.
define compile
@mkdir -p $(@D)
$(CC) $(BASE_CFLAGS) $(CFLAGS) $(SAN_FLAGS) $(2) $(1) -MMD -MP -c -o $@ $<
endef
