using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin audit export …</c>: where the company's security log is sent. A secret comes from a file, never from the command line.</summary>
internal static class AdminAuditExport
{
    public static Command Build(Options options) => new("export", options.Words["command.audit-export"])
    {
        new Command("add", options.Words["command.audit-export-add"]) { Syslog(options), Webhook(options) },
        List(options),
        Test(options),
        Remove(options),
    };

    private static Command Syslog(Options options)
    {
        var address = new Argument<string>("HOST:PORT") { Description = options.Words["argument.audit-export-syslog"] };
        var destination = new DestinationOptions(options);
        return CommandShape.Of("audit-export-add-syslog", options, [address, .. destination.Parts], async (parsed, session, ct) =>
        {
            var request = await destination.ReadAsync(parsed, session, LogExportKind.Syslog, parsed.GetValue(address)!, ct);
            await AddAsync(session, request, ct);
        }, "syslog");
    }

    private static Command Webhook(Options options)
    {
        var address = new Argument<string>("URL") { Description = options.Words["argument.audit-export-webhook"] };
        var secret = new Option<FileInfo>("--secret-file") { Description = options.Words["option.audit-export-secret"], Required = true, HelpName = "FILE" };
        var destination = new DestinationOptions(options);
        return CommandShape.Of("audit-export-add-webhook", options, [address, secret, .. destination.Parts], async (parsed, session, ct) =>
        {
            var request = await destination.ReadAsync(parsed, session, LogExportKind.Webhook, parsed.GetValue(address)!, ct);
            request.Secret = (await File.ReadAllTextAsync(Existing(session, parsed.GetValue(secret)!), ct)).TrimEnd('\r', '\n');
            await AddAsync(session, request, ct);
        }, "webhook");
    }

    private static async Task AddAsync(Session session, AddLogExportRequest request, CancellationToken ct)
    {
        session.Client.Start();
        var added = session.Take(await session.Client.AddLogExportAsync(request, ct)).Export;
        await session.Output.WriteLineAsync(session.Words["audit.export-added", Plain.Line(added.Name)]);
    }

    private static Command List(Options options) => CommandShape.Of("audit-export-list", options, [], async (_, session, ct) =>
    {
        session.Client.Start();
        var exports = session.Take(await session.Client.ListLogExportsAsync(session.Words.Culture.Name, ct)).Exports;
        if (session.Json)
        {
            foreach (var export in exports)
            {
                WriteJson(session, export);
            }

            return;
        }

        var words = session.Words;
        Tables.Write(
            session.Output, [words["heading.name"], words["heading.kind"], words["heading.host"], words["heading.sent"], words["heading.behind"], words["heading.state"]],
            exports.Select(export => (IReadOnlyList<string>)
            [
                Plain.Line(export.Name), KindOf(export), Plain.Line(export.Host), Number(export.Sent), Number(export.Behind),
                export.FailingMs == 0 ? words["audit.export-well"] : words["audit.export-failing", AdminCommands.Local(export.FailingMs), Plain.Line(export.Why)],
            ]));
    }, "list");

    private static Command Test(Options options)
    {
        var name = Name(options);
        return CommandShape.Of("audit-export-test", options, [name], async (parsed, session, ct) =>
        {
            session.Client.Start();
            var tested = session.Take(await session.Client.TestLogExportAsync(parsed.GetValue(name)!, session.Words.Culture.Name, ct));
            if (session.Json)
            {
                JsonLine.Write(session.Output, json =>
                {
                    json.WriteString("type", "logExportTest");
                    json.WriteBoolean("sent", tested.Sent);
                    json.WriteString("why", tested.Why);
                    json.WriteString("advice", tested.Advice);
                });
            }

            if (!tested.Sent)
            {
                throw new CliExit(ExitCode.Refused, session.Words["audit.export-stopped", Plain.Line(tested.Why), Plain.Line(tested.Advice)]);
            }

            if (!session.Json)
            {
                await session.Output.WriteLineAsync(session.Words["audit.export-tested"]);
            }
        }, "test");
    }

    private static Command Remove(Options options)
    {
        var name = Name(options);
        return CommandShape.Of("audit-export-remove", options, [name], async (parsed, session, ct) =>
        {
            session.Client.Start();
            session.Take(await session.Client.RemoveLogExportAsync(parsed.GetValue(name)!, ct));
            await session.Output.WriteLineAsync(session.Words["audit.export-removed"]);
        }, "remove");
    }

    private static void WriteJson(Session session, LogExport export) => JsonLine.Write(session.Output, json =>
    {
        json.WriteString("type", "logExport");
        json.WriteString("name", export.Name);
        json.WriteString("kind", KindOf(export));
        json.WriteString("host", export.Host);
        json.WriteNumber("sent", export.Sent);
        json.WriteNumber("behind", export.Behind);
        json.Time("added", export.AddedMs);
        if (export.FailingMs != 0)
        {
            json.Time("failingSince", export.FailingMs);
            json.WriteString("why", export.Why);
            json.WriteString("advice", export.Advice);
        }
    });

    private static string KindOf(LogExport export) => export.Kind is LogExportKind.Webhook ? "webhook" : "syslog";

    private static string Number(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static Argument<string> Name(Options options) => new("NAME") { Description = options.Words["argument.audit-export"] };

    private static string Existing(Session session, FileInfo file)
        => file.Exists ? file.FullName : throw new CliExit(ExitCode.NoSuchName, session.Words["mail.no-file", file.FullName]);

    /// <summary>What a destination of either kind takes.</summary>
    private sealed class DestinationOptions(Options options)
    {
        private readonly Option<string?> name = new("--name") { Description = options.Words["option.audit-export-name"], HelpName = "NAME" };
        private readonly Option<FileInfo?> certificate = new("--certificate") { Description = options.Words["option.audit-export-certificate"], HelpName = "FILE" };
        private readonly Option<uint> severity = new("--severity") { Description = options.Words["option.audit-export-severity"], DefaultValueFactory = _ => 1, HelpName = "1-6" };
        private readonly Option<uint[]> classes = new("--class") { Description = options.Words["option.audit-export-class"], HelpName = "UID", AllowMultipleArgumentsPerToken = false };
        private readonly Option<bool> beginning = new("--from-beginning") { Description = options.Words["option.audit-export-beginning"] };

        public Symbol[] Parts => [name, certificate, severity, classes, beginning];

        public async Task<AddLogExportRequest> ReadAsync(ParseResult parsed, Session session, LogExportKind kind, string address, CancellationToken ct) => new()
        {
            Kind = kind,
            Name = parsed.GetValue(name) ?? "",
            Address = address,
            Certificate = parsed.GetValue(certificate) is { } file ? await FingerprintAsync(session, file, ct) : "",
            LeastSeverity = parsed.GetValue(severity),
            Classes = { parsed.GetValue(classes) ?? [] },
            FromBeginning = parsed.GetValue(beginning),
        };

        /// <summary>PEM or DER.</summary>
        private static async Task<string> FingerprintAsync(Session session, FileInfo file, CancellationToken ct)
        {
            var bytes = await File.ReadAllBytesAsync(Existing(session, file), ct);
            try
            {
                using var certificate = X509CertificateLoader.LoadCertificate(bytes);
                return certificate.GetCertHashString(HashAlgorithmName.SHA256);
            }
            catch (CryptographicException)
            {
                throw new CliExit(ExitCode.Refused, session.Words["audit.export-no-certificate", file.FullName]);
            }
        }
    }
}
