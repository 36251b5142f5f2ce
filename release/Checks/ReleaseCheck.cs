namespace Rivet.Release.Checks;

/// <summary>
/// Judges a folder of release files. The signature is looked at first: a checksum file that nobody vouches for says nothing.
/// Without allowed signers it can only be told that the files belong together, and that is said.
/// </summary>
internal static class ReleaseCheck
{
    public static async Task<Verdict> RunAsync(string folder, string? signers, CancellationToken ct)
    {
        var (sums, signature) = (Path.Combine(folder, ChecksumFile.Name), Path.Combine(folder, ChecksumFile.SignatureName));
        if (!File.Exists(sums))
        {
            return Verdict.Bad($"{folder} holds no {ChecksumFile.Name}: it is no folder of a release.");
        }

        if (signers is not null && !File.Exists(signers))
        {
            return Verdict.Bad($"The allowed signers {signers} do not exist. docs/operations/install.md says where they come from.");
        }

        var said = new List<string>();
        if (!File.Exists(signature))
        {
            if (signers is not null)
            {
                return Verdict.Bad("The release is not signed. Do not install it.");
            }

            said.Add("Not signed: the files belong together, but nobody says who made them.");
        }
        else
        {
            var (good, words) = signers is null
                ? await SshSignature.ReadAsync(sums, signature, ct)
                : await SshSignature.VerifyAsync(sums, signature, signers, ct);
            if (!good)
            {
                return Verdict.Bad($"The signature is not good ({words}). Do not install it.");
            }

            said.Add(words);
            if (signers is null)
            {
                said.Add("Compared with no list: name the signers that you trust with --signers.");
            }
        }

        var problems = ChecksumFile.Compare(folder, await File.ReadAllTextAsync(sums, ct));
        if (problems.Count == 0)
        {
            said.Add("Every file is as it was released.");
        }

        return new Verdict(said, problems);
    }
}

/// <summary>What a check found: nothing wrong when <see cref="Problems"/> is empty.</summary>
internal sealed record Verdict(IReadOnlyList<string> Said, IReadOnlyList<string> Problems)
{
    public static Verdict Bad(string problem) => new([], [problem]);
}
