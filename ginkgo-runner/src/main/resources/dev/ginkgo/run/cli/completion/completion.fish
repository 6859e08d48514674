# Completion of ginkgo for fish: ginkgo completion fish | source

# Prints the names of daemons: with "running", of those whose pidfile has a pid.
function __ginkgo_daemons
    set -l state $XDG_STATE_HOME
    test -n "$state"; or set state $HOME/.local/state
    for file in $state/ginkgo/*.pid /run/ginkgo/*.pid
        set -l pid
        read pid <$file
        if test "$argv[1]" = all -o -n "$pid"
            string replace -r '.*/(.*)\.pid$' '$1' $file
        end
    end
end

function __ginkgo_targets
    __fish_complete_suffix .java
    __fish_complete_suffix .toml
end

complete -c ginkgo -f -n __fish_use_subcommand -a '(__ginkgo_targets)'
