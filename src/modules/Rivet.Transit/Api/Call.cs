using Microsoft.AspNetCore.Http;
using Rivet.Transit.Applications;

namespace Rivet.Transit.Api;

/// <summary>A call that was permitted.</summary>
/// <param name="Permit">By what.</param>
/// <param name="Body">What it says.</param>
/// <param name="Http">The request.</param>
internal sealed record Call(TransitPermit Permit, RequestBody Body, HttpRequest Http)
{
    public Fields Fields => Body.Fields;

    /// <summary>A part of the path, such as a hash's name; null when the path has none.</summary>
    public string? Part(string name) => Http.RouteValues[name] as string is { Length: > 0 } part ? part : null;
}
