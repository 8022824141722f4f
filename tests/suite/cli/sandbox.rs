//! What a sandboxed program can reach: what was granted, and nothing else.

use std::fs;
use std::os::unix::fs::symlink;

use svm_tests::Check;
use svm_tests::process::TempDir;

use super::Case;
use super::lli::tool_in;

pub const CASES: &[Case] = &[
    ("no-files", no_files),
    ("granted-directory", granted),
    ("read-only-directory", read_only),
    ("no-way-out", no_way_out),
    ("environment", environment),
    ("clock", clock),
    ("reports-read-no-sources", sources),
];

/// A folder with `open/inside`, `secret`, and links that lead out of `open`.
fn folder() -> Check<TempDir> {
    let dir = TempDir::new()?;
    let make = || {
        let open = dir.path().join("open");
        fs::create_dir_all(open.join("sub"))?;
        fs::write(open.join("inside"), "inside\n")?;
        fs::write(dir.path().join("secret"), "secret\n")?;
        symlink("../secret", open.join("relative"))?;
        symlink(dir.path().join("secret"), open.join("absolute"))?;
        symlink("..", open.join("up"))?;
        symlink("inside", open.join("alias"))?;
        symlink("/", open.join("sub/root"))
    };
    make().map_err(|e: std::io::Error| e.to_string())?;
    Ok(dir)
}

/// The run fails with a message of `tool.c`'s, and shows nothing of the secret.
fn refused(dir: &TempDir, flags: &[&str], args: &[&str]) -> Check {
    let ran = tool_in(Some(dir.path()), flags, args)?;
    let reason = ran.stdout.trim().rsplit(' ').next().unwrap_or_default();
    if ran.status == 1 && ["ENOENT", "EACCES", "EPERM", "EROFS", "ELOOP", "ENOTDIR"].contains(&reason) {
        return Ok(());
    }
    Err(format!("{flags:?} {args:?}: status {}, {:?}\n{}", ran.status, ran.stdout, ran.stderr))
}

fn no_files() -> Check {
    let dir = folder()?;
    let secret = dir.path().join("secret").display().to_string();
    let flags = &["--sandbox"];
    for args in [
        ["cat", "secret"],
        ["cat", &secret],
        ["cat", "/etc/passwd"],
        ["cat", "/proc/self/environ"],
        ["cat", "/proc/self/maps"],
        ["put", "new"],
        ["list", "."],
        ["list", "/"],
        ["look", "/etc/passwd"],
        ["look", "secret"],
        ["unlink", "secret"],
        ["chdir", "/etc"],
    ] {
        refused(&dir, flags, &args)?;
    }
    let kept = fs::read_to_string(dir.path().join("secret")).is_ok_and(|text| text == "secret\n");
    if kept && !dir.path().join("new").exists() { Ok(()) } else { Err("a file was changed".into()) }
}

fn granted() -> Check {
    let dir = folder()?;
    let run = |flag: &str, args: &[&str]| tool_in(Some(dir.path()), &["--sandbox", "--dir", flag], args);
    run("open::/data", &["cat", "/data/inside"])?.gives(0, "inside\n")?;
    run("open::/data", &["cat", "/data/alias"])?.gives(0, "inside\n")?;
    run("open::/data", &["cat", "/data/sub/../inside"])?.gives(0, "inside\n")?;
    run("open", &["cat", "open/inside"])?.gives(0, "inside\n")?;
    run("open", &["look", "open/inside"])?.gives(0, "7 bytes\n")?;
    run("open::/data", &["list", "/data"])?.gives(0, "6 entries\n")?;
    run("open::/data", &["chdir", "/data", "inside"])?.gives(0, "inside\n")?;
    run("open::/data", &["put", "/data/new"])?.gives(0, "")?;
    let written = fs::read_to_string(dir.path().join("open/new")).map_err(|e| e.to_string())?;
    if written == "written\n" { Ok(()) } else { Err(written) }
}

fn read_only() -> Check {
    let dir = folder()?;
    let flags = &["--sandbox", "--dir", "open::/data:ro"];
    tool_in(Some(dir.path()), flags, &["cat", "/data/inside"])?.gives(0, "inside\n")?;
    refused(&dir, flags, &["put", "/data/inside"])?;
    refused(&dir, flags, &["put", "/data/new"])?;
    refused(&dir, flags, &["unlink", "/data/inside"])?;
    let kept = fs::read_to_string(dir.path().join("open/inside")).is_ok_and(|text| text == "inside\n");
    if kept { Ok(()) } else { Err("a file was changed".into()) }
}

fn no_way_out() -> Check {
    let dir = folder()?;
    let secret = dir.path().join("secret").display().to_string();
    let flags = &["--sandbox", "--dir", "open::/data"];
    for path in [
        "/data/../secret",
        "/data/sub/../../secret",
        "/data/relative",
        "/data/absolute",
        "/data/up/secret",
        "/data/sub/root/etc/passwd",
        "/etc/passwd",
        "../secret",
        "secret",
        "/proc/self/root/etc/passwd",
        &secret,
    ] {
        refused(&dir, flags, &["cat", path])?;
        refused(&dir, flags, &["look", path])?;
    }
    refused(&dir, flags, &["chdir", "/data", "../secret"])?;
    refused(&dir, flags, &["put", "/data/../new"])?;
    refused(&dir, flags, &["put", "/data/up/new"])?;
    refused(&dir, flags, &["unlink", "/data/up/secret"])
}

fn environment() -> Check {
    let run = |flags: &[&str], name: &str| tool_in(None, flags, &["env", name]);
    run(&["--sandbox"], "SVM_CLI")?.gives(0, "(none)\n")?;
    run(&["--sandbox"], "PATH")?.gives(0, "(none)\n")?;
    run(&["--sandbox", "--env", "SVM_CLI"], "SVM_CLI")?.gives(0, "set\n")?;
    run(&["--sandbox", "--env", "SVM_CLI=own"], "SVM_CLI")?.gives(0, "own\n")?;
    run(&["--sandbox", "--env", "SVM_CLI=own"], "PATH")?.gives(0, "(none)\n")?;
    Ok(())
}

fn clock() -> Check {
    tool_in(None, &[], &["now"])?.gives(0, "present passing\n")?;
    tool_in(None, &["--sandbox"], &["now"])?.gives(0, "past still\n")?;
    tool_in(None, &["--sandbox", "--clock"], &["now"])?.gives(0, "present passing\n")?;
    Ok(())
}

/// Debug information can name any file: a report shows only those below `--source-path`.
fn sources() -> Check {
    let line = "p[4] = 1;";
    tool_in(None, &[], &["overflow"])?.says(99, &[line])?;
    let ran = tool_in(None, &["--sandbox"], &["overflow"])?;
    ran.says(99, &["heap-out-of-bounds", "tool.c"])?;
    if ran.stderr.contains(line) {
        return Err(ran.stderr);
    }
    let here = svm_tests::paths::in_root("tests/cli").display().to_string();
    tool_in(None, &["--sandbox", "--source-path", &here], &["overflow"])?.says(99, &[line])?;
    Ok(())
}
