using System.Globalization;
using System.Resources;
using System.Text.Json;
using Rivet.Certificates;
using Rivet.Certificates.Folder;

namespace Rivet.Server.Certificates;

/// <summary>Tells how the certificate stands, in the reader's language or as one line of JSON.</summary>
internal static class CertificateReport
{
    private const double Soon = 14;
    private static readonly ResourceManager Texts = new("Rivet.Server.Certificates.CertificateTexts", typeof(CertificateReport).Assembly);

    public static void Print(CertificateState state, bool json, DateTimeOffset now, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                wanted = Word(state.Wanted),
                served = state.Served is { } facts
                    ? new { source = Word(facts.Source), names = facts.Names, issuer = facts.Issuer, notBefore = facts.NotBefore, notAfter = facts.NotAfter, sha256 = facts.Fingerprint, daysLeft = Math.Round(facts.DaysLeft(now), 2) }
                    : null,
                renewAt = state.RenewAt,
                acme = state.Acme is { } acme ? new { directory = acme.Directory, names = acme.Names } : null,
                lastRefusal = state.LastRefusal?.Reason,
                lastDetail = state.LastRefusal?.Detail,
            }));
            return;
        }

        if (state.Served is not { } served)
        {
            output.WriteLine(Say("NeverServed"));
            return;
        }

        output.WriteLine(Say("Source", Say("Source." + Word(served.Source))));
        output.WriteLine(Say("Names", string.Join(", ", served.Names)));
        output.WriteLine(Say("Issuer", served.Issuer));
        output.WriteLine(Say(served.NotAfter <= now ? "Ended" : served.DaysLeft(now) < Soon ? "EndsSoon" : "Ends", served.NotAfter, Math.Floor(Math.Abs(served.DaysLeft(now)))));
        output.WriteLine(Say("Fingerprint", served.Fingerprint));
        if (state.Hosts is [var host, ..] && host != "localhost" && !served.Names.Any(name => Covers(name, host)))
        {
            output.WriteLine(Say("NotForHost", host));
        }

        if (state.RenewAt is { } renewal)
        {
            output.WriteLine(Say("RenewAt", renewal));
        }

        if (state.LastRefusal is { } why)
        {
            output.WriteLine(Say("LastRefusal", Explain(why)));
        }

        if (served.NotAfter <= now)
        {
            output.WriteLine(Say(state.Wanted is CertificateSourceKind.Imported ? "MendImported" : "Mend"));
        }
    }

    /// <summary>A refusal as a sentence that says what to do.</summary>
    public static string Explain(CertificateRefusal why) => Say(why.Reason, why.Detail).TrimEnd();

    public static string Say(string key, params object[] values)
        => string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture) ?? key, values);

    private static string Word(CertificateSourceKind source) => source.ToString().ToLowerInvariant();

    public static bool Covers(string pattern, string host)
        => string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase)
            || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
                && string.Equals(pattern[1..], host[dot..], StringComparison.OrdinalIgnoreCase));
}
