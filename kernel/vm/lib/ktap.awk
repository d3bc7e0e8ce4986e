# From a kernel's log to TAP: the tests of the suites whose name starts with `prefix`, one after the other, each with
# its suite's name in front. A suite that doesn't end, or none at all, is one more test that failed.

function point(ok, name) {
	print (ok ? "ok " : "not ok ") ++points " - " name
}

function end_suite() {
	if (suite != "" && seen != planned)
		point(0, suite " ran " seen " of its " planned " tests")
	suite = ""
}

{
	line = $0
	sub(/\r$/, "", line)
	sub(/^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? ?/, "", line)
}

line ~ /^    # Subtest: / {
	end_suite()
	name = substr(line, 16)
	if (index(name, prefix) == 1) {
		suite = name
		suites++
		seen = planned = 0
	}
	next
}
suite == "" { next }
line ~ /^    1\.\.[0-9]+$/ {
	planned = substr(line, 8) + 0
	next
}
line ~ /^    (not )?ok [0-9]+ / {
	seen++
	ok = line !~ /^    not/
	sub(/^ *(not )?ok [0-9]+ (- )?/, "", line)
	point(ok, suite ": " line)
	next
}
line ~ /^(not )?ok [0-9]+ / {
	end_suite()
	next
}
line ~ /^ +# / {
	sub(/^ +/, "", line)
	print line
}

END {
	end_suite()
	if (!suites)
		point(0, "no suite of " prefix " ran")
	print "1.." points
}
