#!/bin/sh
# Starts Redis with one ACL user for each role, and follows their passwords: they are set anew, without a restart and
# without breaking a connection, when the files change.
#
#   start.sh PASSWORDS CONFIG [redis-server options]
#
# PASSWORDS is a folder, as a Secret is mounted:
#   REDIS_URL          the functions' own setting; their password is taken from it
#   PREVIOUS_PASSWORD  a password that is still accepted from functions, while they change over; may be empty
#   ADMIN_PASSWORD     of the user `admin`, who may do everything; no function has it
# `probe` needs no password and may only ping. `default` is switched off, but keeps its permissions: when Redis starts it
# reads its append-only file as that user, and skips every transaction and script that it isn't permitted.
set -eu
passwords=$1 config=$2
shift 2
users=${TMPDIR:-/tmp}/users.acl

fail() {
  echo "start.sh: $*" >&2
  return 1
}

hashed() { printf %s "$1" | sha256sum | cut -c1-64; }

# Reads the passwords into $admin and, as ACL rules, $of_functions and $of_admin.
read_passwords() {
  current=$(sed -n 's|^redis://functions:\([A-Za-z0-9_.~-]*\)@.*|\1|p' "$passwords/REDIS_URL")
  previous=$(cat "$passwords/PREVIOUS_PASSWORD" 2>/dev/null || true)
  admin=$(cat "$passwords/ADMIN_PASSWORD")
  [ -n "$current" ] || fail 'REDIS_URL is not redis://functions:PASSWORD@…, the password of letters, digits and -._~' || return 1
  [ -n "$admin" ] || fail 'ADMIN_PASSWORD is empty' || return 1
  case "$current $previous $admin" in *PLACEHOLDER*)
    fail 'the Secret is still the placeholder: give it passwords of your own'
    return 1
    ;;
  esac
  of_functions="#$(hashed "$current")${previous:+ #$(hashed "$previous")}"
  of_admin="#$(hashed "$admin")"
}

read_passwords
cat > "$users" <<END
user default off resetpass sanitize-payload ~* &* +@all
user probe on nopass sanitize-payload resetkeys resetchannels -@all +ping
user functions on sanitize-payload $of_functions ~ky:* ~redis-smq-* &ky:* &redis-smq-* +@all -@admin -@dangerous +info
user admin on sanitize-payload $of_admin ~* &* +@all
END

follow() {
  seen="$of_functions $of_admin" shown=$admin
  # $$ is Redis, once it has taken this shell's place.
  while sleep 5 && kill -0 $$ 2> /dev/null; do
    read_passwords || continue
    [ "$of_functions $of_admin" != "$seen" ] || continue
    # shellcheck disable=SC2086 # two passwords are two rules
    printf '%s\n' "ACL SETUSER functions resetpass $of_functions" "ACL SETUSER admin resetpass $of_admin" |
      REDISCLI_AUTH=$shown redis-cli --user admin --no-auth-warning > /dev/null || continue
    echo 'start.sh: the passwords were set anew'
    seen="$of_functions $of_admin" shown=$admin
  done
}
follow &

exec redis-server "$config" --aclfile "$users" --protected-mode no "$@"
