// What a machine offers beyond Deno: tried out, not looked up, because containers and hosted machines forbid some of it.

/** Something that not every machine has. */
export type Facility =
  | "root"
  | "mounts"
  | "namespaces"
  | "loop devices"
  | "power cuts"
  | "strace"
  | "faketime"
  | "python3"
  | "a user without rights";

/** Says whether this machine offers something, in a mount namespace of its own. */
const probes: Readonly<Record<Facility, string>> = {
  root: `test "$(id -u)" = 0`,
  mounts: `mount -t tmpfs -o size=64k tmpfs "$1" && mount -o remount,size=1m "$1"`,
  namespaces: `test "$(cat /proc/1/comm)" = sh`,
  "loop devices": `truncate -s 8M "$1/image" && mkfs.ext4 -q -F "$1/image" && mkdir "$1/disk" &&
    mount -o loop "$1/image" "$1/disk"`,
  "power cuts": `truncate -s 8M "$1/image" && mkfs.ext4 -q -F "$1/image" && mkdir "$1/disk" &&
    mount -o loop "$1/image" "$1/disk" && python3 -c '
import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack("I", 2))' "$1/disk" &&
    ! touch "$1/disk/x"`,
  strace: `strace -f -o "$1/log" -e inject=fsync:error=EIO true && command -v strace`,
  faketime: `test -e "$(ls /usr/lib/*/faketime/libfaketimeMT.so.1)"`,
  python3: `python3 -c 'import resource, fcntl'`,
  "a user without rights": `setpriv --reuid=65534 --regid=65534 --clear-groups true`,
};

/** Of the facilities asked for, those that this machine lacks, each with what its probe said. */
export async function missing(
  wanted: ReadonlySet<Facility>,
): Promise<ReadonlyMap<Facility, string>> {
  const lacking = new Map<Facility, string>();
  await Promise.all([...wanted].map(async (facility) => {
    const folder = await Deno.makeTempDir({ prefix: "basin-probe-" });
    const words = ["sh", "-c", probes[facility], "probe", folder];
    const { success, stderr } = await new Deno.Command(...command(enclosed(words))).output();
    if (!success) {
      const text = new TextDecoder().decode(stderr).trim().split("\n")[0];
      lacking.set(facility, text === "" ? "not there" : text);
    }
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }));
  return lacking;
}

const enclosing = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
let canEnclose: boolean | undefined;

/**
 * A command in namespaces of its own, where there are any: its mounts and its processes end with it. The shell between
 * them buries the dead.
 */
export function enclosed(words: readonly string[]): readonly string[] {
  canEnclose ??= new Deno.Command(...command([...enclosing, "true"])).outputSync().success;
  return canEnclose ? [...enclosing, "sh", "-c", '"$@"; exit $?', "sh", ...words] : words;
}

function command([program, ...args]: readonly string[]): [string, Deno.CommandOptions] {
  return [program, { args, stdin: "null", stdout: "null", stderr: "piped" }];
}
