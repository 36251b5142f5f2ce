using Rivet.Identity;
using Rivet.Cryptography.Shares;
using Rivet.Testing;

namespace Rivet.Scenarios.Tests.Recovery;

public sealed class ShareTests
{
    [Fact]
    public async Task RootKey_LostWithItsFolder_ComesBackFromAnyThreeOfFive()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using var company = await Company.FoundAsync(server);
        var bo = await company.AddAsync("Bo");
        var conversation = await company.Founder.OpenDirectAsync(bo);
        await company.Founder.SendAsync(conversation, "before the fire");
        var file = Path.Combine(server.KeysFolder, "root.key");
        var root = await File.ReadAllBytesAsync(file, Company.Ct);
        var shares = await RecoverProcess.SplitAsync(server, 5, 3);
        Assert.Equal(5, shares.Distinct().Count());
        Assert.Contains("\"5\"", await RecoverProcess.EventAsync(server, "vault.root.split"), StringComparison.Ordinal);
        server.Stop();
        Directory.Delete(server.KeysFolder, recursive: true);
        Assert.Equal(1, ServerProcess.RunToRefusal("--data", server.DataFolder, "--keys", server.KeysFolder, "--port", "0").ExitCode);
        Directory.Delete(server.KeysFolder, recursive: true);

        var combined = await CombineAsync(server, shares[4], shares[0].ToUpperInvariant(), "", $"  {shares[2]} ");

        Assert.True(combined.ExitCode == 0, combined.Error);
        Assert.Equal(root, await File.ReadAllBytesAsync(file, Company.Ct));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(server.KeysFolder));
        Assert.Equal(["root.key"], Directory.EnumerateFileSystemEntries(server.KeysFolder).Select(Path.GetFileName));
        server.StartAgain();
        await bo.ReconnectAsync();
        Assert.Equal("before the fire", Device.Text((await bo.ReadAsync(conversation))[^1]));
        await RecoverProcess.EventAsync(server, "vault.root.recovered");
        AssertUntold(server, [combined], shares);
    }

    [Fact]
    public async Task Combine_WhatDoesNotFit_SaysWhereAndWritesNothing()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        await using (await Company.FoundAsync(server))
        {
        }

        var shares = await RecoverProcess.SplitAsync(server, 5, 3);
        var others = await RecoverProcess.SplitAsync(server, 5, 3);
        File.Move(Path.Combine(server.KeysFolder, "root.key"), folder["root.key"]);
        var misread = shares[1].Split(' ');
        misread[16] = misread[16] == "academic" ? "acid" : "academic";
        var foreign = ShareSet.Split(new byte[32], 2, 2, []).Select(Text).ToArray();

        (string Says, string[] Lines)[] wrong =
        [
            ("1 more", [shares[0], shares[1]]),
            ("2 more", [shares[0]]),
            ("No share was given", []),
            ("word 17 is misread", [shares[0], string.Join(' ', misread)]),
            ("word 3 is not a word", [shares[0], string.Join(' ', ["academic", "acid", "xyzzy", .. shares[1].Split(' ')[3..]])]),
            ("has 32 words", [shares[0], shares[1][..shares[1].LastIndexOf(' ')]]),
            ("another set", [shares[0], others[1]]),
            ("given already", [shares[0], shares[1], shares[0]]),
            ("not the one this store's keys", foreign),
        ];
        var ends = new List<ProgramEnd>();
        foreach (var (says, lines) in wrong)
        {
            var end = await CombineAsync(server, lines);
            ends.Add(end);
            Assert.Equal((1, ""), (end.ExitCode, end.Output));
            Assert.Contains(says, end.Error, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("root.key", Directory.EnumerateFileSystemEntries(server.KeysFolder).Select(Path.GetFileName));
        Assert.DoesNotContain(Directory.EnumerateFiles(server.KeysFolder), file => Path.GetFileName(file).StartsWith(".root-", StringComparison.Ordinal));
        AssertUntold(server, ends, [.. shares, .. others]);
        Assert.Equal(0, (await CombineAsync(server, others[..3])).ExitCode);
    }

    [Fact]
    public async Task Combine_OverAKey_IsRefusedBeforeAnythingIsAsked()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var shares = await RecoverProcess.SplitAsync(server, 3, 2);
        var file = Path.Combine(server.KeysFolder, "root.key");
        await File.WriteAllTextAsync(file, "something else", Company.Ct);

        var refused = await CombineAsync(server, shares[..2]);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("not written over", refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Share 1", refused.Error, StringComparison.Ordinal);
        Assert.Equal("something else", await File.ReadAllTextAsync(file, Company.Ct));
    }

    [Theory]
    [InlineData("1", "1")]
    [InlineData("3", "1")]
    [InlineData("3", "4")]
    [InlineData("17", "2")]
    [InlineData("-3", "-3")]
    public async Task Split_IntoWhatIsNoSet_IsRefused(string shares, string threshold)
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);

        var refused = await RecoverProcess.RunAsync(server, "split", "--shares", shares, "--threshold", threshold);

        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("16", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>Papers with another server's key would be found out on the worst day.</summary>
    [Fact]
    public async Task Split_OfNoKeyOrAnotherServers_IsRefused()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var file = Path.Combine(server.KeysFolder, "root.key");
        File.Delete(file);
        string[] split = ["split", "--shares", "3", "--threshold", "2"];

        var missing = await RecoverProcess.RunAsync(server, split);
        await File.WriteAllBytesAsync(file, new byte[32], Company.Ct);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var foreign = await RecoverProcess.RunAsync(server, split);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var open = await RecoverProcess.RunAsync(server, split);
        var nowhere = await RecoverProcess.RunAnywhereAsync(null, ["recover", .. split, "--data", folder["nowhere"], "--keys", server.KeysFolder]);

        Assert.All([missing, foreign, open, nowhere], end => Assert.Equal((1, ""), (end.ExitCode, end.Output)));
        Assert.Contains("is missing", missing.Error, StringComparison.Ordinal);
        Assert.Contains("not the one", foreign.Error, StringComparison.Ordinal);
        Assert.Contains("chmod 600", open.Error, StringComparison.Ordinal);
        Assert.Contains("--data", nowhere.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["nowhere"]));
    }

    [Fact]
    public async Task BackupKey_SplitAndCombined_OpensTheBackup()
    {
        using var folder = new TempFolder();
        using var server = ServerProcess.Start(folder);
        var backup = await BackupProcess.SetUpAsync(folder, server);
        await backup.MakeAsync();
        var key = await File.ReadAllTextAsync(backup.RecoveryKey, Company.Ct);
        var shares = RecoverProcess.Shares(await RecoverProcess.RunAnywhereAsync(
            null, ["recover", "split", "--shares", "3", "--threshold", "2", "--backup-key", backup.RecoveryKey]), words: 71);
        string[] combine = ["recover", "combine", "--backup-key", backup.RecoveryKey];
        Assert.Contains("not written over", (await RecoverProcess.RunAnywhereAsync(Lines(shares[..2]), combine)).Error, StringComparison.Ordinal);
        File.Delete(backup.RecoveryKey);
        var root = await RecoverProcess.SplitAsync(server, 3, 2);
        Assert.Equal(1, (await RecoverProcess.RunAnywhereAsync(Lines(root[..2]), combine)).ExitCode); // a key of another kind
        Assert.False(File.Exists(backup.RecoveryKey));

        var combined = await RecoverProcess.RunAnywhereAsync(Lines(shares[1], shares[2]), combine);

        Assert.True(combined.ExitCode == 0, combined.Error);
        Assert.Equal(key, await File.ReadAllTextAsync(backup.RecoveryKey, Company.Ct));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup.RecoveryKey));
        Assert.Equal(0, (await backup.VerifyAsync()).ExitCode);
    }

    /// <summary>Both languages, and every refusal has a sentence in each.</summary>
    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public void Refusals_HaveASentenceInEveryLanguage(string language)
    {
        var texts = new System.Resources.ResourceManager("Rivet.Server.Recovery.RecoverText", typeof(Rivet.Server.Startup.ServerOptions).Assembly);
        var culture = System.Globalization.CultureInfo.GetCultureInfo(language);

        Assert.All(Enum.GetNames<ShareFault>(), fault => Assert.NotEmpty(texts.GetString("Fault." + fault, culture) ?? ""));
        Assert.All(Enum.GetNames<RecoveryRefusal>(), refusal => Assert.NotEmpty(texts.GetString("Refusal." + refusal, culture) ?? ""));
    }

    private static Task<ProgramEnd> CombineAsync(ServerProcess server, params IEnumerable<string> lines)
        => RecoverProcess.RunAsync(server, Lines([.. lines]), ["combine"]);

    private static string Lines(params IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));

    private static string Text(Share share)
    {
        using var text = new StringWriter();
        share.Reveal(text);
        return text.ToString();
    }

    /// <summary>No three words in a row of any share are said again or written anywhere.</summary>
    private static void AssertUntold(ServerProcess server, IEnumerable<ProgramEnd> ends, List<string> shares)
    {
        var pieces = shares.SelectMany(share => share.Split(' ').Chunk(3).Where(words => words.Length == 3).Select(words => string.Join(' ', words))).ToList();
        var texts = ends.SelectMany(end => (string[])[end.Output, end.Error]).Append(server.Log)
            .Concat(Directory.EnumerateFiles(server.DataFolder).Concat(Directory.EnumerateFiles(server.KeysFolder)).Select(file => System.Text.Encoding.Latin1.GetString(ReadShared(file))));
        Assert.NotEmpty(pieces);
        Assert.All(texts, text => Assert.DoesNotContain(pieces, piece => text.Contains(piece, StringComparison.OrdinalIgnoreCase)));
    }

    private static byte[] ReadShared(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (IOException) when (Path.GetFileName(file) == "rivet.lock")
        {
            return [];
        }
    }
}
