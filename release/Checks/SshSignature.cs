namespace Rivet.Release.Checks;

/// <summary>
/// Signatures of OpenSSH (PROTOCOL.sshsig): whoever has an SSH key can sign, whoever has ssh-keygen can check. The namespace
/// is part of what is signed, so that a signature given elsewhere, to a commit or a letter, is none of a release.
/// </summary>
internal static class SshSignature
{
    public const string Namespace = "rivet-release";

    /// <summary>The name under which the allowed signers list a key.</summary>
    public const string Principal = "rivet-release";

    /// <summary>Signs the file; the signature lies beside it as <c>FILE.sig</c>.</summary>
    /// <exception cref="ReleaseStop">The key cannot be read or does not sign.</exception>
    public static Task SignAsync(string file, string key, CancellationToken ct)
        => File.Exists(key)
            ? Tool.RunAsync("ssh-keygen", ["-q", "-Y", "sign", "-f", key, "-n", Namespace, file], ct, Quiet)
            : throw new ReleaseStop($"The key {key} does not exist. ssh-keygen -t ed25519 -f {key} makes one.");

    /// <summary>Whether one of the allowed signers signed the file, and what ssh-keygen says.</summary>
    public static async Task<(bool IsGood, string Said)> VerifyAsync(string file, string signature, string signers, CancellationToken ct)
    {
        var end = await Tool.TryAsync(
            "ssh-keygen",
            ["-Y", "verify", "-f", signers, "-I", Principal, "-n", Namespace, "-s", signature],
            ct,
            Quiet with { Input = await File.ReadAllBytesAsync(file, ct) });
        return (end.ExitCode == 0, Line(end));
    }

    /// <summary>Whether the signature belongs to the file, whoever made it; what ssh-keygen says names the key.</summary>
    public static async Task<(bool IsGood, string Said)> ReadAsync(string file, string signature, CancellationToken ct)
    {
        var end = await Tool.TryAsync(
            "ssh-keygen",
            ["-Y", "check-novalidate", "-n", Namespace, "-s", signature],
            ct,
            Quiet with { Input = await File.ReadAllBytesAsync(file, ct) });
        return (end.ExitCode == 0, Line(end));
    }

    // A key with a passphrase is the agent's: a release asks nothing. Messages in English, since they are passed on.
    private static ToolSurroundings Quiet => new() { Variables = [("SSH_ASKPASS_REQUIRE", "never"), ("LC_ALL", "C")] };

    private static string Line(ToolEnd end) => (end.ExitCode == 0 ? end.Output : end.Error + end.Output).Trim().ReplaceLineEndings(" ");
}
