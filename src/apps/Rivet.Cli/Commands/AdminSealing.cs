using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Rivet.MessageKeys;
using Rivet.Wire;

namespace Rivet.Cli.Commands;

/// <summary><c>rivet admin third-party-encryption</c>: says to the company's people that messages are sealed by its own keys, and refuses others where required.</summary>
internal static class AdminSealing
{
    public static Command Build(Options options)
    {
        var sealing = CommandShape.Of("sealing", options, [], (_, session, ct) => ShowAsync(session, ct), called: "third-party-encryption");
        sealing.Add(CommandShape.Of("sealing-show", options, [], (_, session, ct) => ShowAsync(session, ct), called: "show"));
        sealing.Add(Enable(options));
        sealing.Add(CommandShape.Of(
            "sealing-disable", options, [], async (_, session, ct) =>
            {
                session.Client.Start();
                session.Take(await session.Client.ChangeSealingAsync(new CompanySealing(), ct));
                await ShowAsync(session, ct);
            },
            called: "disable"));
        return sealing;
    }

    private static Command Enable(Options options)
    {
        var server = new Option<string>("--key-server") { Description = options.Words["option.key-server"], HelpName = "https://HOST:PORT", Required = true };
        var certificate = new Option<string>("--certificate") { Description = options.Words["option.key-server-certificate"], HelpName = "FILE|PIN", Required = true };
        var require = new Option<bool>("--require") { Description = options.Words["option.require"] };
        return CommandShape.Of(
            "sealing-enable", options, [server, certificate, require], async (parsed, session, ct) =>
            {
                session.Client.Start();
                var asked = new CompanySealing
                {
                    Enabled = true, KeyServer = parsed.GetValue(server)!, Pin = ByteString.CopyFrom(Pin(parsed.GetValue(certificate)!, session)), Required = parsed.GetValue(require),
                };
                session.Take(await session.Client.ChangeSealingAsync(asked, ct));
                await ShowAsync(session, ct);
            },
            called: "enable");
    }

    /// <summary>The pin as <c>rivet keys</c> shows it, or the certificate's file.</summary>
    private static byte[] Pin(string text, Session session)
    {
        if (text.Length == 2 * CertificatePin.Size && text.All(char.IsAsciiHexDigit))
        {
            return Convert.FromHexString(text);
        }

        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(text);
            return CertificatePin.Of(certificate);
        }
        catch (CryptographicException)
        {
            throw new CliExit(ExitCode.Usage, session.Words["sealing.bad-certificate", Plain.Line(text)]);
        }
    }

    private static async Task ShowAsync(Session session, CancellationToken ct)
    {
        session.Client.Start();
        var sealing = session.Take(await session.Client.ReadMessagePolicyAsync(null, ct)).Policy.Sealing ?? new CompanySealing();
        var words = session.Words;
        if (session.Json)
        {
            JsonLine.Write(session.Output, json =>
            {
                json.WriteString("type", "third-party-encryption");
                json.WriteBoolean("enabled", sealing.Enabled);
                json.WriteString("keyServer", sealing.KeyServer);
                json.WriteString("pin", Convert.ToHexStringLower(sealing.Pin.Span));
                json.WriteBoolean("required", sealing.Required);
                if (sealing.Enabled)
                {
                    json.Time("since", sealing.SinceMs);
                }
            });
            return;
        }

        if (!sealing.Enabled)
        {
            await session.Output.WriteLineAsync(words["sealing.off"]);
            return;
        }

        var since = DateTimeOffset.FromUnixTimeMilliseconds(sealing.SinceMs).ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        Tables.Write(session.Output, ["", ""],
        [
            [words["keys.server"], Plain.Line(sealing.KeyServer)],
            [words["keys.pin"], Convert.ToHexStringLower(sealing.Pin.Span)],
            [words["sealing.since"], since],
            [words["sealing.clear"], words[sealing.Required ? "sealing.refused" : "sealing.taken"]],
        ]);
        await session.Output.WriteLineAsync(words["sealing.explained"]);
    }
}
