# What the kernel's log says against it: prints each report, a line, and some lines after it. Exits 1 if there is any.
# The log is the input; uml=1 if the kernel is user-mode Linux; ours= a file with the names of our functions, one a line.

# An access was in the function on top of its stack, or in one that copies for it.
function end_race(  i, parts) {
	racing = 0
	for (i = 2; i <= lines; i++) {
		if (report[i] !~ /^ [a-zA-Z_][^ ]*\+0x/) {
			depth = 0
			continue
		}
		frames++
		split(report[i], parts, /[ +]/)
		if (depth++ == 0 || (depth == 2 && copier))
			race_is_ours = race_is_ours || parts[2] in own || report[i] ~ /\[[a-z_]+\]$/
		copier = parts[2] ~ /mem(cpy|move|set|cmp)$|copy_(to|from)_user|clear_user|strscpy/
	}
	if (frames && !race_is_ours)
		return
	found++
	for (i = 1; i <= lines; i++)
		print report[i]
}

BEGIN {
	while (ours != "" && (getline name <ours) > 0) {
		own[name]
		owned++
	}
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
# A data race is ours if one of its two accesses is. Elsewhere in a kernel there are some. What else is said meanwhile
# isn't lost.
racing {
	report[++lines] = line
	if (line ~ complaint)
		race_is_ours = 1
	if (line ~ /^=+$/)
		end_race()
	next
}
owned && line ~ /^BUG: KCSAN: / {
	racing = 1
	lines = frames = depth = race_is_ours = 0
	report[++lines] = line
	next
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
END {
	if (racing) {
		frames = 0
		end_race()
	}
	exit found > 0
}
