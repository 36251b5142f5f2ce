using System.Buffers.Text;
using System.Globalization;
using System.Resources;
using System.Security.Cryptography;
using System.Text.Json;
using Rivet.Certificates;
using Rivet.Certificates.Folder;
using Rivet.Kernel;
using Rivet.Vault;

namespace Rivet.Server.Startup;

/// <summary>What the server says once it listens: where it is, how to trust it, where its keys lie, and the one-time code.</summary>
internal sealed record Announcement
{
    private static readonly ResourceManager Texts = new("Rivet.Server.Startup.Announcement", typeof(Announcement).Assembly);

    public required ServerOptions Options { get; init; }

    public required int Port { get; init; }

    public required ReadOnlyMemory<byte> ServerKey { get; init; }

    public required KeysFolder Keys { get; init; }

    public required CertificateFacts Certificate { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>Null once a company exists.</summary>
    public required InvitationCode? AdministratorCode { get; init; }

    private string Address => string.Create(CultureInfo.InvariantCulture, $"https://{BracketedHost}:{Port}");

    private string BracketedHost => Options.PublicHost.Contains(':', StringComparison.Ordinal) ? $"[{Options.PublicHost}]" : Options.PublicHost;

    /// <summary>SHA-256 of the server's identity key in groups of four digits, as clients show it.</summary>
    private string Fingerprint => string.Join(' ', Convert.ToHexStringLower(SHA256.HashData(ServerKey.Span)).Chunk(4).Select(group => new string(group)));

    private string? Invitation => AdministratorCode is null
        ? null
        : new InvitationLink { Host = Options.PublicHost, Port = Port, ServerKey = ServerKey, Code = AdministratorCode }.Reveal();

    public void Print(TextWriter output)
    {
        if (Options.Json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                address = Address,
                port = Port,
                fingerprint = Fingerprint,
                serverKey = Base64Url.EncodeToString(ServerKey.Span),
                administratorCode = AdministratorCode?.Reveal(),
                invitation = Invitation,
            }));
            return;
        }

        Say(output, "Address", Address);
        Say(output, "Fingerprint", Fingerprint);
        Say(output, "Data", Options.DataFolder);
        switch (RootSealing.Find(Keys.RootKeyFile))
        {
            case null:
                Say(output, "RootModule", Keys.RootModuleFile);
                break;
            case RootSealKind.Passphrase:
                Say(output, "RootPassphrase", Keys.RootKeyFile);
                break;
            case RootSealKind.Tpm:
                Say(output, "RootTpm", Keys.RootKeyFile);
                break;
            default:
                Say(output, "RootKey", Keys.RootKeyFile);
                break;
        }

        if (Certificate.Source is CertificateSourceKind.Own)
        {
            Say(output, "Trust", CertificateFile(Options));
        }
        else
        {
            Say(output, Certificate.NotAfter <= Now ? "CertificateEnded" : "Certificate", string.Join(", ", Certificate.Names), Certificate.NotAfter);
        }

        if (Invitation is not null)
        {
            Say(output, "Code", AdministratorCode!.Reveal(), Address, Invitation);
        }

        Say(output, "Stop");
    }

    /// <summary>Where the authority's public certificate lies.</summary>
    public static string CertificateFile(ServerOptions options) => Path.Combine(options.DataFolder, "ca.pem");

    /// <summary>The language of whoever started the server, by the usual variables: Chinese or English.</summary>
    public static CultureInfo LanguageOf(Func<string, string?> environment)
    {
        string?[] asked = [environment("LC_ALL"), environment("LC_MESSAGES"), environment("LANG")];
        var first = Array.Find(asked, value => !string.IsNullOrEmpty(value));
        return CultureInfo.GetCultureInfo(first?.StartsWith("zh", StringComparison.OrdinalIgnoreCase) == true ? "zh-CN" : "en");
    }

    private static void Say(TextWriter output, string key, params object[] values)
        => output.WriteLine(string.Format(CultureInfo.CurrentUICulture, Texts.GetString(key, CultureInfo.CurrentUICulture)!, values));
}
