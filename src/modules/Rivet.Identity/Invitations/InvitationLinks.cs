using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Rivet.Hosting.Link;
using Rivet.Kernel;

namespace Rivet.Identity.Invitations;

/// <summary>Where people reach this server, and the key it proves.</summary>
internal sealed record LinkTarget(string Host, int Port, ReadOnlyMemory<byte> ServerKey)
{
    public InvitationLink With(InvitationCode code) => new() { Host = Host, Port = Port, ServerKey = ServerKey, Code = code };
}

/// <summary>Knows what invitations and page addresses point to.</summary>
internal sealed class InvitationLinks(IOptions<IdentityOptions> options, IServerIdentity identity, IServiceProvider services)
{
    public async ValueTask<LinkTarget> PrepareAsync(CancellationToken ct)
    {
        var keys = await identity.GetKeysAsync(ct);
        return new LinkTarget(options.Value.PublicHost, Port, keys.IdentityKey.Memory);
    }

    /// <summary>A page's address.</summary>
    public Uri PageAddress(string path) => new UriBuilder(Uri.UriSchemeHttps, options.Value.PublicHost, Port, path).Uri;

    private int Port => options.Value.PublicPort != 0
        ? options.Value.PublicPort
        : ListeningPort() ?? throw new InvalidOperationException("The server does not listen yet, so no address can point to it.");

    private int? ListeningPort()
        => (services.GetService(typeof(IServer)) as IServer)?.Features.Get<IServerAddressesFeature>()?.Addresses
            .Select(address => address.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal))
            .Select(address => new Uri(address).Port)
            .FirstOrDefault(port => port > 0) is > 0 and var found ? found : null;
}
