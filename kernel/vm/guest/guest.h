/* SPDX-License-Identifier: MIT */
/*
 * The guest's first process. It makes the host's root the guest's, read-only
 * under a writable layer, runs one command there, and powers off.
 *
 * What it is to do comes in its environment, from the kernel's command line:
 *
 *   vm_root=9p|hostfs   how the host's files are reached
 *   vm_share=DIR        for hostfs, the host's directory of the job
 *   vm_leaks=1          look for leaks after the command
 *   vm_module=FILE      load this module, and unload it after the command
 *   vm_params=TEXT      parameters of that module
 *
 * The directory of the job has the files cwd, argv and env, and out if a
 * directory is to be written through to the host; strings in them end with a
 * NUL. The command's output goes to its files stdout and stderr, and how it
 * ended to status.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>

/* A command, and where it runs. */
struct job {
	char **argv;
	char **env;
	char *cwd;
	char *out;	/* the host's directory to write to, or NULL */
	int share;	/* the directory of the job */
};

/* log.c: the kernel's log, which the host reads. */
void log_open(void);
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A note that fails the run, with errno's text. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Complains and powers off; the job has no status then. */
void give_up(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void power_off(void) __attribute__((noreturn));

/* files.c */
int write_file(const char *path, const char *text);
/* All of a file with a NUL after it, or NULL if there is none. */
char *read_file_at(int dir, const char *name, size_t *length);
void make_directories(const char *path);

/* job.c */
void job_read(struct job *job);
void job_status(const struct job *job, int status);

/* mounts.c */
void mount_early(void);
/* Opens the directory of the job. */
int mount_share(void);
/* Makes the host's root the root of this process, with all a system has. */
void mount_root(const struct job *job);

/* modules.c: those that the guest's root needs; the one under test. */
void load_boot_modules(void);
void load_module(void);
void unload_module(void);

/* run.c: runs the command and returns its wait status; nothing else runs after. */
int run_job(const struct job *job);

/* leaks.c: memory that nothing points to any more goes to the log. */
void find_leaks(void);

#endif
