using System.CommandLine;
using Rivet.Testing;

namespace Rivet.Cli.Tests;

public sealed class CommandTests
{
    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public void Build_EveryCommandOptionAndArgument_IsDescribed(string language)
    {
        var root = CommandTree.Build(Words.For(language, _ => null));
        Assert.All(Below(root), command =>
        {
            Assert.False(string.IsNullOrEmpty(command.Description), command.Name);
            Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), $"{command.Name} {argument.Name}"));
            Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), $"{command.Name} {option.Name}"));
        });
    }

    [Fact]
    public void Build_OptionsOfEveryCommand_AreNoneOfEverybodys()
    {
        var root = CommandTree.Build(Words.English);
        var everybodys = root.Options.Where(option => option.Recursive).Select(option => option.Name).ToHashSet(StringComparer.Ordinal);
        Assert.Contains("--language", everybodys);
        var taken = Below(root).Where(command => command != root)
            .SelectMany(command => command.Options.Where(option => everybodys.Contains(option.Name)).Select(option => $"{command.Name} {option.Name}"));
        Assert.Empty(taken);
    }

    [Theory]
    [InlineData("admin", "company", "--name", "Copper", "--company-language", "zh-CN")]
    [InlineData("admin", "mail", "set", "--host", "smtp.example.com", "--from", "rivet@example.com", "--user", "rivet", "--password-stdin")]
    [InlineData("admin", "mail", "set", "--host", "smtp.example.com", "--tls", "implicit", "--from", "rivet@example.com")]
    [InlineData("admin", "mail", "test", "ana@example.com")]
    [InlineData("admin", "invite", "--name", "Bo", "--mail", "bo@example.com")]
    [InlineData("join", "rivet://h:1/k/c", "--name", "Ana", "--device", "laptop", "--company", "C", "--passphrase-file", "f")]
    [InlineData("conversations", "--json")]
    [InlineData("new", "--with", "Bo")]
    [InlineData("new", "--group", "Team", "Bo", "Cy")]
    [InlineData("add", "Team", "Bo", "Cy")]
    [InlineData("send", "Bo", "hello", "--reply", "3", "--file", "a", "--file", "b")]
    [InlineData("send", "Bo")]
    [InlineData("--home", "/x", "send", "Bo", "--", "--not-an-option")]
    [InlineData("read", "Bo", "--last", "5")]
    [InlineData("react", "Bo", "#12", "👍", "--remove")]
    [InlineData("edit", "Bo", "12", "text")]
    [InlineData("recall", "Bo", "12")]
    [InlineData("listen", "--json", "--new")]
    [InlineData("chat")]
    [InlineData("open")]
    [InlineData("admin", "invite", "--name", "Bo", "--role", "guest", "--hours", "24")]
    [InlineData("admin", "devices", "Bo")]
    [InlineData("admin", "audit", "witness", "add", "witness.example+1a2b3c4d+BKey", "https://witness.example", "--certificate", "witness.pem")]
    [InlineData("admin", "audit", "witness", "list", "--json")]
    [InlineData("admin", "audit", "witness", "remove", "witness.example")]
    [InlineData("admin", "keys", "show", "--json")]
    [InlineData("admin", "keys", "rotate", "--reason", "yearly")]
    [InlineData("admin", "keys", "destroy", "--reason", "the company ends", "--yes")]
    [InlineData("admin", "keys", "destroy-versions", "2", "--reason", "unused")]
    [InlineData("admin", "keys", "use-key-service", "--address", "https://keys.example.com/kms/xks/v1", "--key", "rivet-1", "--region", "rivet", "--certificate", "ca.pem", "--access-key", "AKID", "--secret-file", "secret", "--reason", "ours")]
    [InlineData("admin", "keys", "import", "begin", "--output", "public.pem")]
    [InlineData("admin", "keys", "import", "wrap", "--public-key", "public.pem", "--key", "key.bin", "--output", "wrapped.bin")]
    [InlineData("admin", "keys", "import", "finish", "0123456789abcdef0123456789abcdef", "--wrapped", "wrapped.bin", "--reason", "ours")]
    [InlineData("admin", "keys", "approve", "1a2b3c4d")]
    [InlineData("admin", "keys", "decline", "1a2b3c4d")]
    [InlineData("admin", "keys", "cancel-destruction")]
    [InlineData("admin", "sign-out", "laptop", "--person", "Bo")]
    [InlineData("whoami", "--language", "zh-CN")]
    [InlineData("lws", "inspect", "chat.example.org:8443", "--invitation", "rivet://h:1/k/c", "--json")]
    public void Parse_WhatTheReadmeShows_IsUnderstood(params string[] arguments)
        => Assert.Empty(CommandTree.Build(Words.English).Parse(arguments).Errors);

    [Theory]
    [InlineData("no-such-word")]
    [InlineData("new")]
    [InlineData("new", "--with", "Bo", "--group", "T")]
    [InlineData("recall", "Bo", "zero")]
    [InlineData("recall", "Bo", "0")]
    [InlineData("add", "Team")]
    [InlineData("admin", "invite", "--role", "king")]
    [InlineData("admin", "company", "--company-language", "fr")]
    [InlineData("admin", "mail", "set", "--host", "smtp.example.com")]
    [InlineData("admin", "mail", "set", "--host", "h", "--from", "a@b", "--tls", "none")]
    [InlineData("admin", "mail", "set", "--host", "h", "--from", "a@b", "--password", "secret")]
    public async Task Run_WhatMakesNoSense_IsUsage(params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("rivet --help", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en", "rivet join INVITE")]
    [InlineData("zh-CN", "rivet join 邀请链接")]
    public async Task Run_NoHome_SaysInOneLineWhatToDo(string language, string advice)
    {
        using var folder = new TempFolder();
        var (code, output, error) = await RunAsync("whoami", "--home", folder["nothing"], "--language", language);
        Assert.Equal((ExitCode.Home, ""), (code, output));
        Assert.Contains(advice, Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["nothing"]));
    }

    [Fact]
    public async Task Run_BadInvitation_IsUsageAndMakesNothing()
    {
        using var folder = new TempFolder();
        var (code, _, error) = await RunAsync("join", "http://example.org/", "--home", folder["home"]);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("rivet://", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["home"]));
    }

    [Fact]
    public void Choose_WholeNameBeforeBeginningBeforeId()
    {
        (string Name, string Id)[] all = [("Ana", "0190aa"), ("Anabel", "0190bb"), ("陈波", "0190cc")];
        IReadOnlyList<(string Name, string Id)> Choose(string text) => Names.Choose(text, all, one => [one.Name], one => one.Id);
        Assert.Equal("Ana", Assert.Single(Choose("ana")).Name);
        Assert.Equal(2, Choose("an").Count);
        Assert.Equal("陈波", Assert.Single(Choose("陈")).Name);
        Assert.Equal("Anabel", Assert.Single(Choose("90bb")).Name);
        Assert.Empty(Choose("0b"));
        Assert.Empty(Choose(" "));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandTree.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(Below).Prepend(command);
}
