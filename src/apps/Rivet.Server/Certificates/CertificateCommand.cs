using System.CommandLine;
using Rivet.Certificates;
using Rivet.Certificates.Folder;
using Rivet.Server.Startup;

namespace Rivet.Server.Certificates;

/// <summary><c>certificate show|import|use|renew</c>, for the owner of the folders, whether the server runs or not.</summary>
internal static class CertificateCommand
{
    public const string LetsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";

    public static Command Create(Option<string?> data, Option<string?> keys)
    {
        var command = new Command("certificate", Say("About"));
        command.Subcommands.Add(Show(Open));
        command.Subcommands.Add(Import(Open));
        command.Subcommands.Add(Use(Open));
        command.Subcommands.Add(Renew(Open));
        return command;

        CertificateDesk Open(ParseResult parsed)
        {
            var folders = ServerCommand.ReadFolders(parsed, data, keys, Environment.GetEnvironmentVariable);
            if (!Directory.Exists(folders.Data))
            {
                throw new StartupException(Say("NoData", folders.Data));
            }

            return new CertificateDesk(KeysFolder.Open(folders.Data, folders.Keys).CertificatesFolder, TimeProvider.System);
        }
    }

    private static Command Show(Func<ParseResult, CertificateDesk> open)
    {
        var json = new Option<bool>("--json") { Description = Say("OptionJson") };
        var command = new Command("show", Say("AboutShow")) { json };
        command.SetAction(parsed => Guard(() =>
        {
            CertificateReport.Print(open(parsed).Show(), parsed.GetValue(json), TimeProvider.System.GetUtcNow(), Console.Out);
            return Task.FromResult(0);
        }));
        return command;
    }

    private static Command Import(Func<ParseResult, CertificateDesk> open)
    {
        var chain = new Argument<string>("FILE") { Description = Say("ArgumentChain") };
        var key = new Argument<string?>("KEY") { Description = Say("ArgumentKey"), Arity = ArgumentArity.ZeroOrOne };
        var password = new Option<string?>("--password-file") { Description = Say("OptionPassword") };
        var name = new Option<string?>("--name") { Description = Say("OptionImportName") };
        var command = new Command("import", Say("AboutImport")) { chain, key, password, name };
        command.SetAction((parsed, ct) => Guard(async () =>
        {
            var desk = open(parsed);
            var secret = parsed.GetValue(password) is { } file ? File.ReadLines(file).FirstOrDefault() ?? "" : null;
            var keyBytes = parsed.GetValue(key) is { } keyFile ? BoundedFile.Read(keyFile) : [];
            if (!desk.Import(BoundedFile.Read(parsed.GetValue(chain)!), keyBytes, secret, parsed.GetValue(name)).TryGet(out var done, out var why))
            {
                return Refused(why);
            }

            Console.WriteLine(Say("Imported", string.Join(", ", done.Facts.Names), done.Facts.NotAfter));
            return await FollowAsync(desk, done.Wish, ct);
        }));
        return command;
    }

    private static Command Use(Func<ParseResult, CertificateDesk> open)
    {
        var source = new Argument<string?>("SOURCE") { Description = Say("ArgumentSource"), Arity = ArgumentArity.ZeroOrOne };
        var acme = new Option<string?>("--acme") { Description = Say("OptionAcme", LetsEncrypt) };
        var names = new Option<string[]>("--name") { Description = Say("OptionName") };
        var contact = new Option<string?>("--contact") { Description = Say("OptionContact") };
        var agreed = new Option<bool>("--agree-to-terms") { Description = Say("OptionAgree") };
        var challenge = new Option<string>("--challenge") { Description = Say("OptionChallenge"), DefaultValueFactory = _ => "http-01" };
        var port = new Option<int>("--http-port") { Description = Say("OptionHttpPort"), DefaultValueFactory = _ => 80 };
        var roots = new Option<string?>("--acme-roots") { Description = Say("OptionRoots") };
        source.AcceptOnlyFromAmong("own", "imported");
        challenge.AcceptOnlyFromAmong("http-01", "tls-alpn-01");
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 65535)
            {
                result.AddError(Say("BadPort"));
            }
        });
        var command = new Command("use", Say("AboutUse")) { source, acme, names, contact, agreed, challenge, port, roots };
        command.Validators.Add(result =>
        {
            if ((result.GetValue(source) is null) == (result.GetValue(acme) is null))
            {
                result.AddError(Say("OneSource"));
            }
            else if (result.GetValue(acme) is not null && !result.GetValue(agreed))
            {
                result.AddError(Say("NotAgreed"));
            }
        });
        command.SetAction((parsed, ct) => Guard(async () =>
        {
            var desk = open(parsed);
            var given = parsed.GetValue(names) is { Length: > 0 } some ? some : [.. desk.Show().Hosts.Take(1)];
            var wish = parsed.GetValue(source) switch
            {
                "own" => desk.Use(CertificateSourceKind.Own),
                "imported" => desk.Use(CertificateSourceKind.Imported),
                _ => Uri.TryCreate(parsed.GetValue(acme), UriKind.Absolute, out var directory)
                    ? desk.Use(new AcmeSettings
                    {
                        Directory = directory,
                        Names = given,
                        Contact = parsed.GetValue(contact),
                        Challenge = parsed.GetValue(challenge) == "tls-alpn-01" ? ChallengeKind.TlsAlpn : ChallengeKind.Http,
                        HttpPort = parsed.GetValue(port),
                        Roots = parsed.GetValue(roots) is { } file ? System.Text.Encoding.UTF8.GetString(BoundedFile.Read(file)) : null,
                    })
                    : new CertificateRefusal("acme.address"),
            };
            return wish.TryGet(out var id, out var why) ? await FollowAsync(desk, id, ct) : Refused(why);
        }));
        return command;
    }

    private static Command Renew(Func<ParseResult, CertificateDesk> open)
    {
        var command = new Command("renew", Say("AboutRenew"));
        command.SetAction((parsed, ct) => Guard(async () =>
        {
            var desk = open(parsed);
            if (desk.Show().Wanted is CertificateSourceKind.Imported)
            {
                await Console.Error.WriteLineAsync(Say("CannotRenew"));
                return CertificateExit.Refused;
            }

            return desk.Renew().TryGet(out var id, out var why) ? await FollowAsync(desk, id, ct) : Refused(why);
        }));
        return command;
    }

    /// <summary>Waits for the running server, and says how it ended.</summary>
    private static async Task<int> FollowAsync(CertificateDesk desk, Guid wish, CancellationToken ct)
    {
        var end = await desk.FollowAsync(wish, step => Console.WriteLine(Say("Step." + step)), TimeSpan.FromSeconds(5), ct);
        if (!end.Answered)
        {
            Console.WriteLine(Say("NotRunning"));
            return CertificateExit.Queued;
        }

        if (end.Refusal is { } why)
        {
            return Refused(why);
        }

        CertificateReport.Print(desk.Show(), json: false, TimeProvider.System.GetUtcNow(), Console.Out);
        return 0;
    }

    private static int Refused(CertificateRefusal why)
    {
        Console.Error.WriteLine(CertificateReport.Explain(why));
        Console.Error.WriteLine(Say("Kept"));
        return CertificateExit.Refused;
    }

    private static async Task<int> Guard(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception failed) when (StartFailure.Explain(failed) is { } sentence)
        {
            await Console.Error.WriteLineAsync($"rivet: {sentence}");
            return CertificateExit.Refused;
        }
    }

    private static string Say(string key, params object[] values) => CertificateReport.Say(key, values);
}

/// <summary>The codes these words end with; a wrong use ends with the command line's own.</summary>
internal static class CertificateExit
{
    /// <summary>Refused or failed: what was served is served on.</summary>
    public const int Refused = 1;

    /// <summary>Noted; the server does not run and will see to it at its next start.</summary>
    public const int Queued = 7;
}
