using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.DependencyInjection;

namespace Rivet.UiKit;

/// <summary>The language of pages for readers who ask for none of ours.</summary>
public interface IHouseLanguage
{
    /// <summary>A code of <see cref="Languages.All"/>; null when nobody has chosen one.</summary>
    ValueTask<string?> ReadAsync(CancellationToken ct);
}

/// <summary>Asked last: after the reader's own choice and what their browser wants.</summary>
internal sealed class HouseLanguage : RequestCultureProvider
{
    public override async Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
        => httpContext.RequestServices.GetService<IHouseLanguage>() is { } house && await house.ReadAsync(httpContext.RequestAborted) is { } code
            ? new ProviderCultureResult(code)
            : null;
}
