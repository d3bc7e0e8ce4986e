# SPDX-License-Identifier: MIT
# A program of kernel/tests that needs nothing of libslmbx: build/native/$(NAME), of the files
# of its folder and those here. Its Makefile says NAME and includes this.
include $(dir $(lastword $(MAKEFILE_LIST)))../../build.mk

TEST_DIR := $(KERNEL_DIR)/tests
OBJ      := $(OUT)/tests
OBJECTS  := $(patsubst $(TEST_DIR)/%.c,$(OBJ)/%.o,$(wildcard $(TEST_DIR)/$(NAME)/*.c $(TEST_DIR)/guest/*.c))
PROGRAM  := $(OUT)/$(NAME)

.PHONY: all clean
all: $(PROGRAM)

$(PROGRAM): $(OBJECTS)
	$(CC) $(CFLAGS) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^

$(OBJ)/%.o: $(TEST_DIR)/%.c
	$(call compile,$(UAPI_INCLUDE),-D_GNU_SOURCE)

clean:
	rm -rf $(OBJECTS) $(OBJECTS:.o=.d) $(PROGRAM)

-include $(OBJECTS:.o=.d)
