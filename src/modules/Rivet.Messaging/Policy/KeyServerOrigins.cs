using System.Globalization;
using System.Text.RegularExpressions;
using Rivet.Storage;

namespace Rivet.Messaging;

/// <summary>
/// The origins of the key servers that companies of this server name, for the chat's <c>connect-src</c>: the page is handed out before anybody said who they are.
/// At most <see cref="Most"/>, those that were named first; each exact, or left out where a Content-Security-Policy cannot say it.
/// </summary>
public sealed partial class KeyServerOrigins
{
    /// <summary>The most that a page is let ask.</summary>
    public const int Most = 16;

    private readonly IStore store;

    internal KeyServerOrigins(IStore store) => this.store = store;

    /// <summary>The origins as of now; none while the store does not answer.</summary>
    public async ValueTask<IReadOnlyList<string>> ReadAsync(CancellationToken ct)
    {
        try
        {
            var named = await store.ReadAsync(PolicyTable.KeyServers, ct);
            return [.. named.Select(Of).OfType<string>().Distinct().Take(Most)];
        }
        catch (StoreUnavailableException)
        {
            return [];
        }
    }

    /// <summary>The origin of a setting, as browsers write one; null for what is none of a name or IPv4 address over HTTPS.</summary>
    internal static string? Of(string keyServer)
        => Uri.TryCreate(keyServer, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0
            && uri.PathAndQuery == "/" && uri.Fragment.Length == 0 && HostForm().IsMatch(uri.IdnHost)
                ? uri.IsDefaultPort ? $"https://{uri.IdnHost}" : string.Create(CultureInfo.InvariantCulture, $"https://{uri.IdnHost}:{uri.Port}")
                : null;

    /// <summary>What may stand in a policy as a host (CSP Level 3, "host-part"), without its wildcard: nothing that ends a source or a directive.</summary>
    [GeneratedRegex(@"\A[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*\z")]
    private static partial Regex HostForm();
}
