# shellcheck shell=sh
# shellcheck disable=SC2016,SC2154 # the guest's shell expands; $status and $scratch are of check
# How a command ended, and what it printed.

vm -- true
check 'a command that succeeds' [ "$status" -eq 0 ]
check 'is silent if the command is' fails grep -q . out err

vm -- sh -c 'exit 7'
check 'the exit status is the command'\''s' [ "$status" -eq 7 ]

vm -- sh -c 'exit 255'
check 'the highest exit status' [ "$status" -eq 255 ]

vm -- sh -c 'kill -SEGV $$'
check 'a command that a signal ended' [ "$status" -eq 139 ]

vm -- no-such-command-anywhere
check 'a command that is not there' [ "$status" -eq 127 ]
check 'is named' err_has no-such-command-anywhere

vm -- /etc/passwd
check 'a file that is no program' [ "$status" -eq 126 ]

vm -- sh -c 'echo to the one; echo to the other >&2'
check 'standard output is kept apart' out_is 'to the one'
check 'standard error is kept apart' [ "$(cat err)" = 'to the other' ]

vm -- printf '%s|' 'two words' "it's" '' '*' "$(printf 'a\nb')" 'back\slash'
check 'arguments arrive as they are' out_is "$(printf '%s|' 'two words' "it's" '' '*' "$(printf 'a\nb')" 'back\slash')"

vm -- seq 1 400000
seq 1 400000 >expected
check 'large output is whole and in order' cmp -s out expected

vm -- sh -c 'printf "no newline"'
check 'output without a newline at its end' [ "$(wc -c <out)" -eq 10 ]

vm -- sh -c '(sleep 1; echo late) & echo early'
check 'what the command leaves running is ended with it' out_is early

SLMBX_VM_TEST='a b
c' OTHER=x HIDDEN=y vm --env OTHER -- sh -c 'echo "$SLMBX_VM_TEST/$OTHER/$HIDDEN"; pwd'
check 'the environment that is passed on, and the working directory' out_is "$(printf 'a b\nc/x/\n%s' "$scratch")"

vm --timeout 5 -- sleep 60
check 'a command that takes too long' [ "$status" -eq 124 ]
check 'says so' err_has 'more than 5 seconds'

vm --memory much -- true
check 'a wrong option' [ "$status" -eq 122 ]
