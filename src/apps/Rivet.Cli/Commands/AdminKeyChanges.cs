using System.CommandLine;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin keys rotate|disable|…</c>: asks for a change; nothing happens until another administrator approves.</summary>
internal static class AdminKeyChanges
{
    private const int LongestFile = 8 * 1024;

    public static IEnumerable<Command> Build(Options options) =>
    [
        Change(options, "rotate", KeyChangeAction.KeyChangeRotate),
        Change(options, "disable", KeyChangeAction.KeyChangeDisable),
        Change(options, "enable", KeyChangeAction.KeyChangeEnable),
        Change(options, "destroy", KeyChangeAction.KeyChangeDestroy),
        OfVersion(options, "raise-minimum", KeyChangeAction.KeyChangeRaiseMinimum),
        OfVersion(options, "destroy-versions", KeyChangeAction.KeyChangeDestroyVersions),
        Change(options, "use-vault", KeyChangeAction.KeyChangeUseVault),
        UseKeyService(options),
    ];

    public static Option<string> Reason(Options options) => new("--reason") { Description = options.Words["option.keys-reason"], Required = true, HelpName = "TEXT" };

    /// <summary>Sends it and says who has to do what next.</summary>
    public static async Task AskAsync(Session session, AskKeyChangeRequest wanted, CancellationToken ct)
    {
        var change = session.Take(await session.Client.AskKeyChangeAsync(wanted, ct)).Change;
        if (session.Json)
        {
            KeyReport.WriteRequestJson(session, change);
            return;
        }

        await session.Output.WriteLineAsync(AdminKeys.IdOf(change.RequestId));
        await session.Error.WriteLineAsync(session.Words["keys.asked", KeyReport.Action(session.Words, change), AdminKeys.IdOf(change.RequestId)[^8..], AdminCommands.Local(change.UntilMs)]);
    }

    private static Command Change(Options options, string verb, KeyChangeAction action)
    {
        var reason = Reason(options);
        var yes = AdminKeys.Yes(options);
        return CommandShape.Of($"keys-{verb}", options, [reason, yes], (parsed, session, ct) =>
            ConfirmedAsync(session, parsed.GetValue(yes), new AskKeyChangeRequest { Action = action, Reason = parsed.GetValue(reason)! }, ct), verb);
    }

    private static Command OfVersion(Options options, string verb, KeyChangeAction action)
    {
        var version = new Argument<uint>("N") { Description = options.Words[$"argument.keys-{verb}"] };
        var reason = Reason(options);
        var yes = AdminKeys.Yes(options);
        return CommandShape.Of($"keys-{verb}", options, [version, reason, yes], (parsed, session, ct) =>
            ConfirmedAsync(session, parsed.GetValue(yes), new AskKeyChangeRequest { Action = action, Version = parsed.GetValue(version), Reason = parsed.GetValue(reason)! }, ct), verb);
    }

    private static Command UseKeyService(Options options)
    {
        var words = options.Words;
        var address = new Option<string>("--address") { Description = words["option.keys-address"], Required = true, HelpName = "URL" };
        var key = new Option<string>("--key") { Description = words["option.keys-key"], Required = true, HelpName = "NAME" };
        var region = new Option<string>("--region") { Description = words["option.keys-region"], Required = true };
        var certificate = new Option<FileInfo?>("--certificate") { Description = words["option.keys-certificate"], HelpName = "FILE" };
        var access = new Option<string>("--access-key") { Description = words["option.keys-access-key"], Required = true, HelpName = "ID" };
        var secret = new Option<FileInfo>("--secret-file") { Description = words["option.keys-secret-file"], Required = true, HelpName = "FILE" };
        var reason = Reason(options);
        var yes = AdminKeys.Yes(options);
        return CommandShape.Of("keys-use-key-service", options, [address, key, region, certificate, access, secret, reason, yes], async (parsed, session, ct) =>
        {
            var service = new KeyServiceAddress
            {
                Address = parsed.GetValue(address)!,
                Key = parsed.GetValue(key)!,
                Region = parsed.GetValue(region)!,
                AccessKey = parsed.GetValue(access)!,
                Certificate = parsed.GetValue(certificate) is { } file ? await ReadTextAsync(session.Words, file, ct) : "",
                Secret = (await ReadTextAsync(session.Words, parsed.GetValue(secret)!, ct)).TrimEnd('\r', '\n'),
            };
            await ConfirmedAsync(
                session, parsed.GetValue(yes), new AskKeyChangeRequest { Action = KeyChangeAction.KeyChangeUseKeyService, Service = service, Reason = parsed.GetValue(reason)! }, ct);
        }, "use-key-service");
    }

    private static async Task ConfirmedAsync(Session session, bool yes, AskKeyChangeRequest wanted, CancellationToken ct)
    {
        AdminKeys.Confirm(session, yes, wanted.Action, wanted.Version, await AdminKeys.ReadAsync(session, ct));
        await AskAsync(session, wanted, ct);
    }

    private static async Task<string> ReadTextAsync(Words words, FileInfo file, CancellationToken ct)
        => System.Text.Encoding.UTF8.GetString(await ReadAsync(words, file, LongestFile, ct));

    /// <summary>A file that is there and no longer than it may be.</summary>
    public static async Task<byte[]> ReadAsync(Words words, FileInfo file, int most, CancellationToken ct)
    {
        try
        {
            return file.Length <= most ? await File.ReadAllBytesAsync(file.FullName, ct) : throw new CliExit(ExitCode.Usage, words["keys.file-too-long", Plain.Line(file.FullName), most]);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliExit(ExitCode.NoSuchName, words["keys.no-file", Plain.Line(file.FullName)]);
        }
    }
}
