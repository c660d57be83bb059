# SPDX-License-Identifier: GPL-2.0-or-later
# What bash does when the tab key is pressed on a command line of guestfish or
# one of its relatives: it asks the program, which knows its options.

_guestfish ()
{
    local words before offer

    # Bash has split words at "=" and ":", too, and replaces the part that is
    # in $2 only.
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=("")
    before=${words[-1]%"$2"}
    COMPREPLY=()
    while read -r offer; do
        case $offer in
        @files)
            compopt -o default
            ;;
        @folders)
            compopt -o dirnames
            ;;
        *[=:])
            compopt -o nospace
            ;;&
        *)
            COMPREPLY+=("${offer#"$before"}")
            ;;
        esac
    done < <("$1" --completion -- "${words[@]:1}" 2>/dev/null)
}

complete -F _guestfish guestfish guestmount guestunmount
