# What the kernel's log says against it: prints each report, a line, and some lines after it. Exits 1 if there is any.
# The log is the input; uml=1 if the kernel is user-mode Linux.

BEGIN {
	complaint = "^(BUG|WARNING|INFO: task|UBSAN|Oops|Kernel panic|general protection fault|double fault|invalid opcode)[: ]" \
		"|^(BUG: |=+ BUG |kernel BUG at|Kernel BUG|KASAN|KCSAN|Internal error)" \
		"|^(rcu|watchdog|workqueue|list_add|list_del|refcount_t|ODEBUG|usercopy|stack segment)[: ].*(BUG|stall|lockup|corruption|underflow|saturated|exposure)" \
		"|suspicious RCU usage|possible circular locking|inconsistent lock state|possible recursive locking" \
		"|sleeping function called from invalid context|bad unlock balance|held lock freed|lock held when returning" \
		"|detected stalls on CPUs|self-detected stall|INFO: task .* blocked for more" \
		"|kmemleak: (Kernel memory leak detector disabled|Cannot (insert|allocate a kmemleak_object)|Memory pool)" \
		"|^guest: (FAILED|kmemleak: unreferenced)" \
		"|^ *not ok [0-9]"
	room = 0
}

{
	line = $0
	sub(/\r$/, "", line)
	sub(/^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? ?/, "", line)
}

# A report of user-mode Linux's own, in code that isn't ours: seen once, it is let pass.
uml && !pardoned && line ~ /^WARNING: suspicious RCU usage/ {
	held = line
	next
}
held != "" {
	if (line ~ /^lib\/maple_tree\.c:[0-9]+ suspicious rcu_dereference_check/) {
		pardoned = 1
		held = ""
	} else if (line !~ /^([0-9]|-+$|Not tainted|Tainted)/) {
		print held
		held = ""
		found = 1
		room = 30
	} else {
		next
	}
}
line ~ complaint {
	found++
	if (found > 1 && room <= 0)
		print "..."
	room = found == 1 ? 40 : 12
}
room > 0 {
	print line
	room--
}
END { exit found > 0 }
